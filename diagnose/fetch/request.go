package fetch

import (
	"context"
	"strings"

	"corstui/diagnose/exchange"
)

var secFetchSites = [...]string{"same-origin", "same-site", "cross-site"}

// request is the current request as the engine puts it on the wire.
func (r *run) request() exchange.Request {
	req := exchange.Request{Method: r.method, URL: r.cur.WithoutFragment(), Body: r.body, HasBody: r.hasBody}
	cookie, token, sent := r.session()
	req.WithSession = sent
	hs := make(exchange.Headers, 0, 20+len(r.headers))
	for _, s := range profiles[r.e.id].request {
		switch s {
		case slotScript:
			hs = r.appendScript(hs)
		case slotOrigin:
			if o, ok := r.originHeader(); ok {
				hs = append(hs, exchange.Header{Name: "Origin", Value: o})
			}
		case slotCookie:
			if cookie != "" {
				hs = append(hs, exchange.Header{Name: "Cookie", Value: cookie})
			}
		case slotServiceToken:
			if token {
				hs = append(hs,
					exchange.Header{Name: "CF-Access-Client-Id", Value: r.c.Session.ServiceTokenID},
					exchange.Header{Name: "CF-Access-Client-Secret", Value: r.c.Session.ServiceTokenSecret})
			}
		default:
			hs = r.appendSlot(hs, s)
		}
	}
	req.Headers = hs
	return req
}

// preflightRequest is the request of a CORS-preflight fetch.
func (r *run) preflightRequest(names []string, origin string) exchange.Request {
	hs := make(exchange.Headers, 0, 16)
	for _, s := range profiles[r.e.id].preflight {
		switch s {
		case slotAccept:
			hs = append(hs, exchange.Header{Name: "Accept", Value: "*/*"})
		case slotACRM:
			hs = append(hs, exchange.Header{Name: "Access-Control-Request-Method", Value: r.method})
		case slotACRH:
			if len(names) > 0 {
				hs = append(hs, exchange.Header{Name: "Access-Control-Request-Headers", Value: strings.Join(names, ",")})
			}
		case slotOrigin:
			hs = append(hs, exchange.Header{Name: "Origin", Value: origin})
		case slotUserAgent:
			hs = append(hs, exchange.Header{Name: "User-Agent", Value: r.userAgent()})
		case slotAcceptLanguage:
			hs = append(hs, exchange.Header{Name: "Accept-Language", Value: profiles[r.e.id].acceptLanguage})
		default:
			hs = r.appendSlot(hs, s)
		}
	}
	bare := *r.cur // a preflight carries no HTTP authentication
	bare.Username, bare.Password = "", ""
	return exchange.Request{Method: "OPTIONS", URL: bare.WithoutFragment(), Headers: hs}
}

// PreflightRequest returns the preflight that an engine would send for the
// case's own URL, whether or not the case needs one: for probes. ok is false
// where fetch() itself throws or the URL is not http or https.
func PreflightRequest(c exchange.Case, o Options) (req exchange.Request, ok bool) {
	r := newRun(context.Background(), c, nil, o)
	if !r.construct() || !r.cur.IsHTTP() {
		return exchange.Request{}, false
	}
	r.site = relation(r.page, r.cur.Origin())
	names, _ := unsafeNames(r, r.headers)
	return r.preflightRequest(names, r.requestOrigin()), true
}

// PageRequest returns the page's own request as an engine would send it to the
// case's URL, its session included: for probes that differ from it in one thing.
// ok is false where fetch() itself throws or the URL is not http or https.
func PageRequest(c exchange.Case, o Options) (req exchange.Request, ok bool) {
	r := newRun(context.Background(), c, nil, o)
	if !r.construct() || !r.cur.IsHTTP() {
		return exchange.Request{}, false
	}
	r.first = r.cur
	r.site = relation(r.page, r.cur.Origin())
	r.tainting = taintingCORS
	switch {
	case r.site == 0:
		r.tainting = taintingBasic
	case r.c.Mode == exchange.ModeNoCORS:
		r.tainting = taintingOpaque
	}
	return r.request(), true
}

func (r *run) userAgent() string {
	if r.o.UserAgent != "" {
		return r.o.UserAgent
	}
	return profiles[r.e.id].userAgent
}

// singletonHeaders are the request headers of nsHttpHeaderArray's singletons that
// a script can set.
var singletonHeaders = map[string]bool{
	"authorization": true, "content-type": true, "from": true, "if-modified-since": true, "if-unmodified-since": true, "location": true,
	"max-forwards": true, "user-agent": true,
}

// appendScript appends what the script set, repeated names combined into one
// line at their first place.
func (r *run) appendScript(hs exchange.Headers) exchange.Headers {
	for i := range r.headers {
		h := r.headers[i]
		if repeated(r.headers, i) {
			if firstIndex(r.headers, h.Name) != i {
				continue
			}
			h.Value, _ = r.headers.Get(h.Name)
			if singletonHeaders[lowerASCII(h.Name)] && r.has(devSingletonLast) {
				values := r.headers.Values(h.Name)
				h.Value = values[len(values)-1]
			}
		}
		hs = append(hs, h)
	}
	return hs
}

// appendSlot appends what the browser adds of its own accord.
func (r *run) appendSlot(hs exchange.Headers, s slot) exchange.Headers {
	p := &profiles[r.e.id]
	add := func(name, value string) exchange.Headers {
		return append(hs, exchange.Header{Name: name, Value: value})
	}
	unlessSet := func(name, value string) exchange.Headers {
		if r.headers.Has(name) {
			return hs
		}
		return add(name, value)
	}
	switch s {
	case slotAccept:
		return unlessSet("Accept", "*/*")
	case slotAcceptEncoding:
		return add("Accept-Encoding", p.acceptEncoding)
	case slotAcceptLanguage:
		return unlessSet("Accept-Language", p.acceptLanguage)
	case slotUserAgent:
		return unlessSet("User-Agent", r.userAgent())
	case slotPriority:
		if p.priority != "" {
			return unlessSet("Priority", p.priority)
		}
	case slotReferer:
		if v := r.referrer(); v != "" {
			return add("Referer", v)
		}
	case slotSecFetchSite, slotSecFetchMode, slotSecFetchDest, slotStorageAccess, slotHintPlatform, slotHintBrands, slotHintMobile:
		if !IsPotentiallyTrustworthy(r.cur) {
			return hs
		}
		return r.appendSecure(hs, s)
	}
	return hs
}

// appendSecure appends what goes to potentially trustworthy URLs alone: fetch
// metadata (Fetch Metadata Request Headers, section 3) and client hints.
func (r *run) appendSecure(hs exchange.Headers, s slot) exchange.Headers {
	p := &profiles[r.e.id]
	add := func(name, value string) exchange.Headers {
		return append(hs, exchange.Header{Name: name, Value: value})
	}
	if h, ok := p.hints[s]; ok {
		if r.o.UserAgent != "" { // hints that contradict the User-Agent are worse than none
			return hs
		}
		return add(h.name, h.value)
	}
	if r.changed && r.e.has(devSecFetchDropped) {
		return hs
	}
	switch s {
	case slotSecFetchSite:
		return add("Sec-Fetch-Site", secFetchSites[r.site])
	case slotSecFetchMode:
		return add("Sec-Fetch-Mode", string(r.c.Mode))
	case slotSecFetchDest:
		return add("Sec-Fetch-Dest", "empty")
	case slotStorageAccess:
		if p.storageAccess != "" && r.site == 2 && r.credentialed() {
			return add("Sec-Fetch-Storage-Access", p.storageAccess)
		}
	}
	return hs
}

// referrer is "determine request's referrer" under the default policy,
// strict-origin-when-cross-origin. The page's own path is not known, so its
// origin stands for it.
func (r *run) referrer() string {
	if r.page.Opaque() || (r.page.Scheme == "https" && !IsPotentiallyTrustworthy(r.cur)) {
		return ""
	}
	return SerializeOrigin(r.page) + "/"
}

// originHeader is "append a request Origin header".
func (r *run) originHeader() (string, bool) {
	switch {
	case r.tainting == taintingCORS:
		return r.requestOrigin(), true
	case r.c.Initiator == exchange.InitiatorLink && r.has(devPreloadOwnOrigin):
		return r.requestOrigin(), true
	case r.method == "GET" || r.method == "HEAD":
		if r.becameGet && r.has(devOriginKeptOnGet) {
			return r.requestOrigin(), true
		}
		return "", false
	case r.page.Scheme == "https" && r.cur.Scheme == "http" && !r.has(devOriginKeptOnDowngrade):
		return "null", true
	}
	return r.requestOrigin(), true
}
