package finding

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
)

// The findings of this family.
const (
	AllowedFromHere     = "allowed-from-here"     // info: nothing is wrong from here; what may differ in the user's browser
	EnginesDiffer       = "engines-differ"        // info: another engine concludes otherwise
	AnswerUnproven      = "answer-unproven"       // info: it is not proven who answered; names the probe that would decide
	PartialUnsafeMethod = "partial-unsafe-method" // info: the real request was not sent, since its method may change state
	BlockedUnexplained  = "blocked-unexplained"   // error: the browser blocked and no other rule says why
)

// allowedFromHere lists what may differ between this run and the user's
// browser, each with the step that tests it.
func (v *view) allowedFromHere() []string {
	var out []string
	if v.credentialsTravel() && v.c.Session.Empty() {
		out = append(out, "session: your browser may send cookies, corstui had none. Give them with --cookie or CF_ACCESS_TOKEN and run again")
	} else if !v.c.Session.Empty() {
		out = append(out, "session: your browser's may have ended. Reload the page, log in again")
	}
	if len(v.preflights) > 0 {
		out = append(out, "cached preflight: your browser may keep an old answer (Chrome up to 2 hours). Try a new private window, or switch the cache off in the developer tools")
	}
	out = append(out, "service worker, extension, ad blocker: try a private window without extensions; unregister service workers under Application in the developer tools")
	out = append(out, "VPN, WARP or a corporate proxy: another way may meet other rules. Switch it off, or run corstui through it")
	if v.in.Facts.Cloudflare {
		out = append(out, "TLS fingerprint: bot rules may treat a browser and this program differently. Run with --browser")
		if r := ray(v.d); strings.Contains(r, "-") {
			out = append(out, fmt.Sprintf("data centre: you were answered at %s here. Compare with the last part of cf-ray in your browser", r[strings.LastIndexByte(r, '-')+1:]))
		} else {
			out = append(out, "data centre: rules spread over minutes. Compare cf-ray in your browser with the one here")
		}
	}
	if d := v.dissenters(); len(d) > 0 {
		out = append(out, "engine: "+quoteList(d)+" would block this. Run with --engine "+d[0])
	} else {
		out = append(out, "engine: run with --engine firefox or --engine webkit if that is yours")
	}
	out = append(out, "the request itself: compare method, headers and credentials with the failed line in the network tab (copy as cURL, then corstui --from)")
	for i := range out {
		out[i] = capital(out[i])
	}
	return out
}

// dissenters are the engines that conclude otherwise than the verdict.
func (v *view) dissenters() []string {
	var out []string
	for name, e := range v.in.Fetch.Verdict.Engines {
		if name != "standard" && e.Allowed != v.in.Fetch.Verdict.Allowed && !e.Partial {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

var allowedRows = []row{
	{
		id: AllowedFromHere, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			if v.blocked || v.in.Fetch.Verdict.Partial || v.in.Fetch.Local != nil || v.d == nil || v.c.Mode == "no-cors" {
				return nil
			}
			return one(Finding{
				Detail:   "From here the browser would hand over the answer. If yours says no, something differs between us. " + strings.Join(v.allowedFromHere(), ". ") + ".",
				Evidence: []answer.Evidence{ev(v.d, hACAO, "the answer is "+got(v.d))},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "Allowed from here",
			see:      "Compare the request in the browser's network tab (copy as cURL) with the one in the report, header by header.",
			plain:    "Nothing in the answers seen from here would make a browser block. What may differ in your browser: the session, a preflight that it keeps, a service worker or extension, VPN or WARP, how bot rules take its TLS handshake, another data centre, another engine.",
			operator: "Ask the user for the Ray ID of the failed request, and whether a private window fails too.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors"},
		},
	},
	{
		id: EnginesDiffer, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			d := v.dissenters()
			if len(d) == 0 {
				if f := v.differByCircumstance(""); f != nil {
					return one(*f)
				}
				return nil
			}
			var parts []string
			for _, n := range d {
				e := v.in.Fetch.Verdict.Engines[n]
				word := "allows it"
				if !e.Allowed {
					word = "blocks it"
					if e.Reason != nil {
						word += " (" + *e.Reason + ")"
					}
				}
				parts = append(parts, engineName(n)+" "+word)
			}
			said := "The engines do not agree: " + strings.Join(parts, "; ") + "."
			if f := v.differByCircumstance(said); f != nil {
				return one(*f)
			}
			if engines, cookies := v.byCookie(d); len(engines) > 0 {
				return one(v.differByCookie(said, engines, cookies))
			}
			return one(Finding{Detail: said, Evidence: []answer.Evidence{}, Fix: fixAt(answer.LayerBrowser)})
		},
		words: words{
			title:    "Another browser engine decides otherwise",
			see:      "Run with --engine firefox or --engine webkit, and in those browsers.",
			plain:    "Browsers leave the standard at a few places, each in its own way. Test in the browser that your users have.",
			operator: "Known differences: third-party cookies (Chromium sends them by default, Firefox and WebKit do not; see cookie-third-party), redirects to a third origin, preflights after a redirect, safe values of a few headers, Max-Age, bodies that are streams, pages under a service worker, preloads, local network access.",
			links:    []string{"https://wpt.fyi/results/cors", docThirdParty},
		},
	},
	{
		id: PartialUnsafeMethod, severity: Info, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			if !v.in.Fetch.Verdict.Partial {
				return nil
			}
			e := []answer.Evidence{}
			if p := last(v.preflights); p != nil {
				e = append(e, ev(p, "OPTIONS", "the preflight passed: "+got(p)))
			}
			return one(Finding{
				Detail:   fmt.Sprintf("Everything before it passed, and the %s itself was not sent, since it may change something on the server. Its answer needs the CORS headers too. Send it with --allow-unsafe-methods.", v.method),
				Evidence: e,
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "The real request was not sent",
			see:      "Run with --allow-unsafe-methods, or look at the request's line in the network tab.",
			plain:    "corstui sends POST, PUT, PATCH, DELETE and custom methods only when told to. The verdict holds as far as was sent.",
			operator: "--allow-unsafe-methods sends it once, as the browser would.",
		},
	},
	{
		id: AnswerUnproven, severity: Info, layer: answer.LayerUnknown,
		find: func(v *view) []Finding {
			if resp(v.d) == nil || layer(v.d) != answer.LayerUnknown {
				return nil
			}
			d := "What was seen does not prove who made the deciding answer."
			if c := v.d.Answer.Candidates; len(c) > 0 {
				var names []string
				for _, l := range c {
					names = append(names, place(l))
				}
				d = "The deciding answer could be made by " + strings.Join(names, " or ") + ": they answer alike here."
			}
			return one(Finding{Because: v.root, Detail: d + " " + v.wouldDecide(), Evidence: answererEvidence(v.d), Fix: fixAt(answer.LayerUnknown)})
		},
		words: words{
			title:    "It is not proven who answered",
			see:      "Compare with the same request past Cloudflare (--direct HOST:PORT), and look the Ray ID up.",
			plain:    "The answer carries no mark of its maker. corstui does not guess: the fix is given for each place where it could belong.",
			operator: "A custom block response of a WAF rule, a Worker and an app can look the same. The Ray ID in Security Events, the Worker's logs and the API's own log decide; so does the same request past Cloudflare (--direct HOST:PORT).",
			links:    []string{docSecurityEvents},
		},
	},
	{
		id: BlockedUnexplained, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			for id := range v.found {
				if id == LocalNetworkAccess && v.cause == causeLNA {
					return nil
				}
			}
			reason := "without a reason of its own"
			if r := v.in.Fetch.Verdict.Reason; r != nil {
				reason = "with the reason " + *r
			}
			d := "The browser stops here " + reason + "."
			if v.d != nil {
				d += fmt.Sprintf(" The deciding answer is %s, by %s.", got(v.d), who(v.d))
			}
			f := Finding{Detail: d, Evidence: answererEvidence(v.d), Fix: fixAt(layer(v.d))}
			if v.d == nil {
				f.Layer = answer.LayerBrowser
				f.Fix = fixAt(answer.LayerBrowser)
			} else if behind(v.d) {
				f.Fix = fixCORS(layer(v.d))
			}
			return one(f)
		},
		words: words{
			title:    "The browser blocks the request",
			see:      seeAnswer,
			plain:    "The browser does not hand over the answer. None of the usual causes fits: look at the exchange at which it stopped.",
			operator: "The exchange, the reason and the console sentence are in the report.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors"},
		},
	},
}

// wouldDecide names the probe that would tell who answered.
func (v *view) wouldDecide() string {
	switch {
	case v.in.VerdictOnly:
		return "No probe was sent; run without --verdict-only."
	case !v.in.Direct:
		return "The same request past Cloudflare would decide: --direct HOST:PORT with the API's own address."
	case ray(v.d) != "":
		return "The Ray ID would decide: " + RayLookup(answer.LayerUnknown, ray(v.d))
	}
	return "The API's own log would decide: does it know this request?"
}
