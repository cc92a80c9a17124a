package finding

import "corstui/diagnose/answer"

// rayPlaces say where a Ray ID leads to its event, and with which permission,
// by the layer that answered. Sources: Cloudflare's pages «Security Events»,
// «Access audit logs», «Cloudflare Trace», «Workers Logs», autumn 2026.
var rayPlaces = map[answer.Layer]string{
	answer.LayerWAF:    "Security › Analytics › Events, filter Ray ID (sampled; kept for hours to weeks by plan; needs read access to the zone's security events)",
	answer.LayerAccess: "Zero Trust › Insights › Logs › Access authentication logs, field Ray ID (permission Access: Audit Logs Read; refused service tokens only in GraphQL, Account Analytics Read; Bypass is not logged)",
	answer.LayerWorker: "Workers & Pages › the Worker › Observability, or wrangler tail (permission Workers read)",
	answer.LayerEdge:   "cloudflared's log (field cfRay) where a tunnel leads to the origin; else Log Explorer or Logpush http_requests, field RayID (Logs Read)",
	answer.LayerCache:  "Log Explorer or Logpush http_requests: RayID, CacheCacheStatus (Logs Read)",
	answer.LayerOrigin: "the API's own log, where it keeps the header cf-ray; Logpush http_requests has OriginResponseStatus (Logs Read; 0 means that the API was not asked)",
}

// RayLookup says where to look up a Ray ID, given which layer answered, and
// which permission that needs. It is empty without a Ray ID.
func RayLookup(l answer.Layer, ray string) string {
	if ray == "" || ray == "-" {
		return ""
	}
	if p, ok := rayPlaces[l]; ok {
		return "look at " + p
	}
	return "look first at Security › Analytics › Events, filter Ray ID (read access to the zone's security events); if nothing is there, at the Worker's logs and the API's own. Give time and host along: Ray IDs are not quite unique"
}
