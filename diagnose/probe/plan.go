package probe

import (
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// Probe is one planned probe.
type Probe struct {
	Purpose exchange.Purpose `json:"purpose"`
	Request exchange.Request `json:"request"`
	// Direct says that it goes to the --direct address.
	Direct bool `json:"direct,omitempty"`
	// Why says what the probe would decide, as a sentence.
	Why string `json:"why"`
}

// DefaultMax is how many probes go to one host at most.
const DefaultMax = 16

// Plan returns the probes that are worth sending after the browser's own
// requests, as one concurrent round: at most max a host (DefaultMax where max
// is not positive; fewer where the server says that its rate limit is near), none that changes what others see, none where all is
// certain. It is a pure function of its arguments; the rows of planRows decide.
//
// seen holds the browser's exchanges with who answered them. Call it once more
// with the probes' exchanges among them: it returns what only those made worth
// asking (the keys of an Access team that only the signed metadata named; who it is
// that refuses the GET behind a preflight), and nothing that was sent before.
// What was sent counts against max. For most cases it returns nothing then.
//
// Every probe is an OPTIONS, GET or HEAD. A probe that shares the page's own
// request differs from it in one thing; where that thing may change what a
// cache stores, a query that nobody used before goes with it.
func Plan(c exchange.Case, r fetch.Result, seen []answer.Seen, n Network, max int) []Probe {
	if max <= 0 {
		max = DefaultMax
	}
	s := situate(c, r, seen, n)
	if s == nil {
		return nil
	}
	limit := map[string]int{}
	if s.allowance >= 0 {
		limit[hostOf(s.url)] = s.allowance
	}
	sent, keysAsked := map[exchange.Purpose]bool{}, ""
	perHost := map[string]int{}
	for _, x := range seen {
		if x.Compares() == exchange.PurposeNoSession && x.Request.Method == "GET" && withoutFragment(x.Request.URL) == s.url {
			sent[exchange.PurposeNoSession] = true // for another engine, which does not send the cookie
		}
		if isProbe(x.Purpose) {
			sent[x.Purpose] = true
			if x.Purpose == exchange.PurposeAccessCerts {
				keysAsked = hostOf(x.Request.URL)
			}
			perHost[hostOf(x.Request.URL)]++
		}
	}
	if keysAsked == s.tokenTeam && s.team != keysAsked {
		sent[exchange.PurposeAccessCerts] = false // the token is of another team than the application
	}
	var ps []Probe
	for _, row := range planRows {
		if sent[row.purpose] || !row.when(s) {
			continue
		}
		p := Probe{Purpose: row.purpose, Request: row.request(s), Direct: row.direct, Why: row.why}
		host := hostOf(p.Request.URL)
		if p.Request.URL == "" || host == "" || perHost[host] >= max {
			continue
		}
		if l, ok := limit[host]; ok && !p.Direct && perHost[host] >= l {
			continue
		}
		perHost[host]++
		ps = append(ps, p)
	}
	return ps
}

func isProbe(p exchange.Purpose) bool {
	return p != exchange.PurposePreflight && p != exchange.PurposeRequest
}

// planRow is one probe: when it is worth sending, how it is made, and what it
// decides. The order of the rows is the order of their worth: where a host has
// more than its share, the last ones stay out.
type planRow struct {
	purpose exchange.Purpose
	when    func(*situation) bool
	request func(*situation) exchange.Request
	direct  bool
	why     string
}

var planRows = []planRow{
	{
		exchange.PurposeDirect,
		func(s *situation) bool { return s.direct },
		func(s *situation) exchange.Request { return s.pageGet().withoutServiceToken().request }, true,
		"The same request past Cloudflare shows what the origin itself answers.",
	},
	{
		exchange.PurposeDirectPreflight,
		func(s *situation) bool { return s.direct && !s.sameOrigin },
		func(s *situation) exchange.Request { return s.preflight(s.origin, s.acrh...).request }, true,
		"The preflight past Cloudflare shows how the origin itself answers OPTIONS.",
	},
	{
		exchange.PurposeAccessMetadata,
		func(s *situation) bool { return s.answered && !s.limited && (s.cloudflare || !s.certain) },
		func(s *situation) exchange.Request {
			return s.pageGet().withoutSession().method("HEAD").set("Cf-Access-Metadata-Request", "true").request
		}, false,
		"Cloudflare Access answers this with a signed statement where it covers the URL.",
	},
	{
		exchange.PurposeGet,
		func(s *situation) bool { return s.answered && !s.limited && !s.getSeen },
		func(s *situation) exchange.Request { return s.pageGet().request }, false,
		"The browser did not get as far as a GET of this URL; this shows who stands behind the preflight.",
	},
	{
		exchange.PurposeNoSession,
		func(s *situation) bool { return s.answered && !s.limited && s.withSession },
		func(s *situation) exchange.Request { return s.pageGet().withoutSession().request }, false,
		"The page's request without its session shows whether the session made the difference.",
	},
	{
		exchange.PurposeIdentity,
		func(s *situation) bool {
			return s.answered && !s.certain && s.status >= 400 && s.asked.Headers.Has("Accept-Encoding")
		},
		func(s *situation) exchange.Request {
			return s.asAsked().drop("Accept-Encoding").request
		}, false,
		"Without Accept-Encoding, Cloudflare sends its own error page in place of a custom one, with the marks that name it.",
	},
	{
		exchange.PurposeJSON,
		func(s *situation) bool { return s.answered && s.unclear },
		func(s *situation) exchange.Request {
			return s.pageGet().set("Accept", "application/json").busted().request
		}, false,
		"Asked for JSON, Cloudflare's edge and Access name themselves in the body.",
	},
	{
		exchange.PurposeAccessCerts,
		func(s *situation) bool { return s.answered && s.team != "" },
		func(s *situation) exchange.Request {
			return s.visit(certsURL(s.team))
		}, false,
		"The team's public keys check what Access signed.",
	},
	{
		exchange.PurposeXHR,
		func(s *situation) bool {
			return s.answered && !s.limited && s.cloudflare && s.unclear
		},
		func(s *situation) exchange.Request {
			return s.pageGet().set("X-Requested-With", "XMLHttpRequest").busted().request
		}, false,
		"Access answers a marked XMLHttpRequest with 401 where it redirects others to its login.",
	},
	{
		exchange.PurposeAccessResource,
		func(s *situation) bool {
			return s.answered && !s.limited && s.cloudflare && (s.layer == answer.LayerAccess || s.unclear)
		},
		func(s *situation) exchange.Request {
			return s.visit(s.root() + "/.well-known/cloudflare-access-protected-resource" + s.path())
		}, false,
		"Access serves a description of the protected resource, which names the team.",
	},
	{
		exchange.PurposePlainOptions,
		func(s *situation) bool { return s.answered && !s.limited && s.preflightFailed },
		func(s *situation) exchange.Request {
			return s.preflight(s.origin).drop("Access-Control-Request-Method").request
		}, false,
		"An OPTIONS that is no preflight shows whether preflights or all OPTIONS are turned away.",
	},
	{
		exchange.PurposePreflightProbe,
		func(s *situation) bool {
			return s.answered && !s.limited && !s.preflightSent && !s.sameOrigin && s.front
		},
		func(s *situation) exchange.Request { return s.preflight(s.origin, "x-requested-with").request }, false,
		"A preflight, which this request did not need, shows whether one would be let through.",
	},
	{
		exchange.PurposeTrace,
		func(s *situation) bool { return s.answered && !s.limited && (s.cloudflare || !s.certain) },
		func(s *situation) exchange.Request { return s.visit(s.root() + "/cdn-cgi/trace") }, false,
		"Cloudflare serves /cdn-cgi/trace by itself: it shows whether Cloudflare is on the way, and whether a rule guards the whole zone.",
	},
	{
		exchange.PurposeCacheBusted,
		func(s *situation) bool { return s.cached && s.getSeen && !s.limited },
		func(s *situation) exchange.Request { return s.pageGet().busted().request }, false,
		"The same request with a query that nobody used before shows what comes fresh, past every cache.",
	},
	{
		exchange.PurposeRepeat,
		func(s *situation) bool { return s.cached && s.getSeen && !s.limited },
		func(s *situation) exchange.Request { return s.pageGet().request }, false,
		"The same request again shows whether the answer is stored.",
	},
	{
		exchange.PurposeForeignOrigin,
		func(s *situation) bool { return s.policy },
		func(s *situation) exchange.Request { return s.pageGet().origin(foreignOrigin).busted().request }, false,
		"An invented origin shows whether the server lets in whoever asks.",
	},
	{
		exchange.PurposeNoOrigin,
		func(s *situation) bool { return s.policy },
		func(s *situation) exchange.Request { return s.pageGet().drop("Origin").busted().request }, false,
		"Without Origin, the answer shows whether it depends on Origin and says so in Vary.",
	},
	{
		exchange.PurposeForeignPreflight,
		func(s *situation) bool { return s.preflightPolicy },
		func(s *situation) exchange.Request {
			return s.preflight(foreignOrigin, append([]string{foreignHeader}, s.acrh...)...).busted().request
		}, false,
		"A preflight for an invented origin and header shows whether both are allowed by echo.",
	},
	{
		exchange.PurposeMissingPath,
		func(s *situation) bool { return s.policy && s.allowOrigin != "" && s.status < 400 },
		func(s *situation) exchange.Request { return s.pageGet().at(s.sibling()).request }, false,
		"A path that does not exist shows whether errors carry the CORS headers too.",
	},
	{
		exchange.PurposeNullOrigin,
		func(s *situation) bool { return s.policy && s.echo && s.origin != "null" },
		func(s *situation) exchange.Request { return s.pageGet().origin("null").busted().request }, false,
		"Origin null can be made by any page with a sandboxed frame; this shows whether it is let in.",
	},
	lookalike(exchange.PurposeSuffixOrigin, "An origin that only begins as the page's own shows whether the check looks at the whole name."),
	lookalike(exchange.PurposePrefixOrigin, "An origin that only ends as the page's own shows whether the check looks at the whole name."),
	lookalike(exchange.PurposeHTTPOrigin, "The page's origin over plain http shows whether the check looks at the scheme."),
	lookalike(exchange.PurposePortOrigin, "The page's origin with another port shows whether the check looks at the port."),
}

func lookalike(p exchange.Purpose, why string) planRow {
	return planRow{
		p,
		func(s *situation) bool { return s.policy && s.echo && lookalikeOf(s.origin, p) != "" },
		func(s *situation) exchange.Request {
			return s.pageGet().origin(lookalikeOf(s.origin, p)).busted().request
		}, false,
		why,
	}
}
