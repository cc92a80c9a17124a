# Preflights past the WAF (provider cloudflare, version 5). A zone has one
# ruleset for this phase, and Terraform owns all of its rules: if you have it
# already, put the rule into it, first.

variable "zone_id" {
  type = string
}

resource "cloudflare_ruleset" "custom_rules" {
  zone_id = var.zone_id
  name    = "default"
  kind    = "zone"
  phase   = "http_request_firewall_custom"

  rules = [
    {
      description = "CORS preflights of the API"
      expression  = @{expression.hcl}
      action      = "skip"
      action_parameters = {
        ruleset  = "current"
        phases   = @{phases}
        products = @{products}
      }
      logging = {
        enabled = true
      }
      enabled = true
    },
  ]
}
