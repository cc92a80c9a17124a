# Preflights in front of Cloudflare Access (provider cloudflare, version 5).
# Put the settings into the resource that you have: an application without its
# policies lets nobody in.

variable "account_id" {
  type = string
}
#@if !domain

variable "domain" {
  description = "Host, and perhaps path, of the API."
  type        = string
}
#@end
#@if cors

variable "preflights" {
  description = "Who answers preflights: \"origin\" gives options_preflight_bypass = true, \"access\" gives cors_headers."
  type        = string
  default     = "origin"

  validation {
    condition     = contains(["origin", "access"], var.preflights)
    error_message = "Either \"origin\" or \"access\"."
  }
}
#@end

resource "cloudflare_zero_trust_access_application" "api" {
  account_id = var.account_id
  name       = "api"
  type       = "self_hosted"
#@if domain
  domain     = "@{domain}"
#@else
  domain     = var.domain
#@end

#@if cors
  # The one excludes the other.
  options_preflight_bypass = var.preflights == "origin"
  cors_headers = var.preflights != "access" ? null : {
@{cors}
  }
#@else
  options_preflight_bypass = true
#@end
}
