package answer

import "fmt"

// doubt is one thing that speaks against a mark being the answerer's own.
type doubt struct {
	id, what, says string
	// foreign says that the answer is another host's, passed on: then nobody
	// knows who of those on the way passed it on.
	foreign bool
}

// own checks whether a mark that Cloudflare writes is of the answer itself, or
// of a page that an app, a Worker or a proxy passed on from another host. An
// app that calls another API at Cloudflare may hand on that API's error page.
func own(v *view, r Rule, h *hit) []doubt {
	var out []doubt
	for _, s := range h.doubts {
		out = append(out, doubt{id: "own-form", what: "status and headers", says: s})
	}
	if !r.cloudflare {
		return out
	}
	confirmed, sameRay := false, false
	for _, ray := range h.rays {
		switch {
		case v.ray == "":
		case ray == v.ray:
			confirmed, sameRay = true, true
		default:
			out = append(out, doubt{id: "own-ray", what: "Ray ID", says: "The Ray ID in the page differs from cf-ray: the page belongs to another request."})
		}
	}
	for _, n := range h.names {
		switch rel := relate(n.host, v.host); {
		case rel == relSame:
			confirmed = true
		case rel == relNear && n.wide:
		case rel == relNear || rel == relOther && (n.soft || sameRay):
			// The Ray ID of this very request proves that the page is of it,
			// whatever host it names: a provider's zone behind the customer's.
			out = append(out, doubt{id: "own-host", what: n.where, says: fmt.Sprintf("The answer names %s (%s), the host asked was %s.", show(n.host), n.where, show(v.host))})
		case rel == relOther:
			out = append(out, doubt{id: "own-host", what: n.where, foreign: true,
				says: fmt.Sprintf("The answer names %s (%s), the host asked was %s: it was made for that host and passed on.", show(n.host), n.where, show(v.host))})
		}
	}
	if v.has("cf-cache-status") && !(r.afterCache && confirmed) {
		out = append(out, doubt{id: "own-cache-status", what: "cf-cache-status",
			says: "cf-cache-status: " + show(v.ccs) + " says that the request came as far as Cloudflare's cache; an answer of this kind is normally made before it."})
	}
	if v.whole && !v.front && len(v.hs) > 0 && !teamDomain(v.host) {
		says := "Neither cf-ray nor server: cloudflare is there, so the answer did not come from Cloudflare's edge as it stands."
		if v.server != "" {
			says = "server is “" + show(v.server) + "” and there is no cf-ray, so the answer did not come from Cloudflare's edge as it stands."
		}
		out = append(out, doubt{id: "own-front", what: "server", says: says})
	}
	if v.local() && v.front {
		out = append(out, doubt{id: "own-local", what: "URL", says: "The host asked is on this machine or network: a local proxy passed the answer on."})
	}
	return out
}

// foreignCandidates are those that can pass on another host's page.
var foreignCandidates = []Layer{LayerWorker, LayerOrigin, LayerProxy}
