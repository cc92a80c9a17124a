package fetch

import (
	"slices"
	"sort"

	"corstui/diagnose/exchange"
)

// IsCORSSafelistedResponseHeader is "CORS-safelisted response-header name"
// without an exposed list.
func IsCORSSafelistedResponseHeader(name string) bool {
	switch lowerASCII(name) {
	case "cache-control", "content-language", "content-length", "content-type", "expires", "last-modified", "pragma":
		return true
	}
	return false
}

// ExposedHeaders is the CORS filtered response: of the names in hs, in lower
// case, sorted and unique, those that a page of another origin can read, and
// those that it cannot.
func ExposedHeaders(hs exchange.Headers, credentials exchange.CredentialsMode) (readable, hidden []string) {
	list, _, _ := ExtractHeaderList(hs, exposeHeaders) // nothing is exposed where it does not parse
	all := credentials != exchange.CredentialsInclude && contains(list, "*")
	return partition(headerNames(hs), func(n string) bool {
		return !isForbiddenResponseHeader(n) && (all || IsCORSSafelistedResponseHeader(n) || containsFold(list, n))
	})
}

// headerNames returns the names of a header list in lower case, sorted, unique.
func headerNames(hs exchange.Headers) []string {
	names := make([]string, 0, len(hs))
	for i := range hs {
		names = append(names, lowerASCII(hs[i].Name))
	}
	sort.Strings(names)
	return slices.Compact(names)
}

func partition(names []string, in func(string) bool) (yes, no []string) {
	yes, no = make([]string, 0, len(names)), []string{}
	for _, n := range names {
		if in(n) {
			yes = append(yes, n)
		} else {
			no = append(no, n)
		}
	}
	return yes, no
}

// respond concludes an allowed fetch with the filtered response. An element hands
// on none of it.
func (r *run) respond(id string, status int, hs exchange.Headers) {
	v := &r.res.Verdict
	v.Allowed = true
	r.res.DecidedBy = id
	r.status = status
	if r.c.Initiator != exchange.InitiatorFetch {
		v.HiddenHeaders = headerNames(hs)
		return
	}
	switch r.tainting {
	case taintingCORS:
		v.ReadableHeaders, v.HiddenHeaders = ExposedHeaders(hs, r.c.Credentials)
	case taintingBasic:
		v.ReadableHeaders, v.HiddenHeaders = partition(headerNames(hs), func(n string) bool { return !isForbiddenResponseHeader(n) })
	default:
		v.HiddenHeaders = headerNames(hs)
	}
}

// resourcePolicy is the cross-origin resource policy check, which holds for
// opaque responses alone.
func (r *run) resourcePolicy(x exchange.Exchange, hs exchange.Headers) (failure, bool) {
	if r.tainting != taintingOpaque {
		return failure{}, true
	}
	v, found := hs.Get("cross-origin-resource-policy")
	if !found {
		return failure{}, true
	}
	f := failure{exchange: x.ID, status: x.Response.Status, header: "Cross-Origin-Resource-Policy", sent: v, present: true}
	switch {
	case v == "same-origin" && !SameOrigin(r.page, r.cur.Origin()):
		f.cause = causeCORPSameOrigin
		return f, false
	case v == "same-site" && !(SameSite(r.page, r.cur.Origin()) && (r.page.Scheme == "https" || r.cur.Scheme == "http")):
		f.cause = causeCORPSameSite
		return f, false
	}
	return failure{}, true
}
