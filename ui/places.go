package ui

import (
	"corstui/diagnose/answer"
	"corstui/snippets"
)

// rayPlaces say where a Ray ID can be looked up, by who answered. The names are
// those of Cloudflare's dashboard (documentation: "Security Events", "Access
// authentication logs", "Cloudflare Ray ID", "Workers Logs").
var rayPlaces = map[answer.Layer]string{
	answer.LayerAccess: "look it up: Zero Trust › Insights › Logs › Access",
	answer.LayerWAF:    "look it up: Security › Analytics › Events",
	answer.LayerWorker: "look it up: Workers › Observability",
	answer.LayerEdge:   "look it up: Log Explorer, or cloudflared's log",
	answer.LayerCache:  "look it up: Log Explorer (http_requests)",
}

func rayPlace(l answer.Layer) string {
	if p, ok := rayPlaces[l]; ok {
		return p
	}
	if l == answer.LayerUnknown {
		return "look it up first: Security › Analytics › Events"
	}
	return "look it up: the API's own log, header cf-ray"
}

// settingPlaces say where a recipe is applied by hand, by its name in
// Cloudflare's dashboard, API and Terraform provider (documentation: "CORS" under
// Access controls, "WAF custom rules: skip").
var settingPlaces = map[snippets.Recipe][][2]string{
	snippets.RecipeAccess: {
		{"Dashboard", "Zero Trust › Access controls › Applications › the API's › Configure › Advanced settings › CORS settings"},
		{"API", "PUT …/access/apps/{id} with the whole object of its GET, changed as in the file"},
	},
	snippets.RecipeWAF: {
		{"Dashboard", "the zone › Security › Security rules › the rule that the event names"},
	},
}

func placesOf(r snippets.Recipe) [][2]string { return settingPlaces[r] }
