package answer

import (
	"fmt"
	"strings"

	"corstui/diagnose/exchange"
)

// metadataPairs read what Access signs.
var metadataPairs = []PairRule{
	{
		ID: ProofAccessSigned, Layer: LayerAccess, Strength: Certain,
		Compares: "cf-access-metadata and the team's keys",
		Why:      "Strong: only Access holds the team's private key, the token names the host asked and was made today. It proves that an Access application covers the URL, not who answered another request.",
		Source:   "cloudflare/cloudflared source (token); Cloudflare docs «Application token»",
		prove: func(p *pairs, r PairRule) {
			for _, x := range p.of(exchange.PurposeAccessMetadata) {
				m, token, ok := readMetadata(x.Exchange)
				if !ok || x.v.host != p.host {
					continue
				}
				says := "The answer carries metadata of Cloudflare Access; the team's keys were not fetched, so its signature is not checked."
				for _, k := range p.of(exchange.PurposeAccessCerts) {
					if !certsOf(k.Exchange, m.AuthDomain) {
						continue
					}
					err := verifyMetadata(token, m, p.host, []byte(k.Response.Body), p.now)
					if err != nil {
						says = "The answer carries metadata of Cloudflare Access that is not proven: " + err.Error() + "."
						continue
					}
					app := AccessApp{Team: plainHost(m.AuthDomain), Domain: strings.ToLower(show(m.AppHostname)), Signed: true}
					if len(m.AUD) > 0 && hex64RE.MatchString(m.AUD[0]) {
						app.AUD = m.AUD[0]
					}
					if app.Domain == "" {
						app.Domain = p.host
					}
					p.facts.Access = &app
					says = fmt.Sprintf("Cloudflare Access signs that an application of %s covers this URL; the signature fits the team's keys.", app.Team)
					p.proof(r, LayerAccess, says, x, k)
					if x.v.ccs == "" {
						p.raise(x, r, LayerAccess, productAccess, Certain, says)
					}
					return
				}
				p.proof(PairRule{ID: ProofAccessUnsigned}, LayerAccess, says, x)
			}
		},
	},
	{
		ID: ProofAccessOnHost, Layer: LayerAccess,
		Compares: resourcePath + " on this host",
		Why:      "Strong for the host, since only Access serves this document and it names the team; it says nothing of this path, where a Bypass application may stand.",
		Source:   "gitflare notes; Cloudflare docs «Managed OAuth»",
		prove: func(p *pairs, r PairRule) {
			for _, x := range p.of(exchange.PurposeAccessResource) {
				if team := resourceTeam(x.v); x.v.host == p.host && x.Answer.Layer == LayerAccess && team != "" {
					p.proof(r, LayerAccess, "Access protects something on this host: its own document there names the team "+team+".", x)
				}
			}
		},
	},
}

// accessPairs compare what Access does with requests that differ in one thing.
var accessPairs = []PairRule{
	{
		ID: ProofXHR, Layer: LayerAccess, Strength: Certain,
		Compares: "GET with and without x-requested-with: XMLHttpRequest",
		Why:      "Strong where the plain GET carries a mark of Access: Access documents that it turns its login redirect into 401 for this header, and the 401 came before the cache. Without such a mark an app may do the same, and nothing is raised.",
		Source:   "Cloudflare docs «Session management» (AJAX)",
		prove: func(p *pairs, r PairRule) {
			for _, x := range p.of(exchange.PurposeXHR) {
				if x.v.status != 401 || x.v.ccs != "" {
					continue
				}
				for _, g := range p.of(requestPurposes...) {
					marked := g.Answer.Layer == LayerAccess || p.covered(g) && g.Answer.Layer == LayerUnknown && g.v.ccs == ""
					if !g.v.redirect() || g.Request.WithSession || !sameResource(g, x) || !marked {
						continue
					}
					says := "The login redirect turns into 401 for a script's header, as Cloudflare Access does it."
					p.proof(r, LayerAccess, says, g, x)
					p.raise(g, r, LayerAccess, productAccessLogin, Certain, says)
					p.raise(x, r, LayerAccess, productAccess+" refusal (401)", Certain, says)
					return
				}
			}
		},
	},
	{
		ID: ProofSession, Layer: LayerAccess, Strength: Certain,
		Compares: "the request with and without the Access session",
		Why:      "Strong where the Access credential is all that differs and the refusal came before the cache: who lets the request by for this credential is who refused it without. With other cookies in the session an app's own login may react, so it is likely then.",
		Source:   "Cloudflare docs «Authorization cookie», «Service tokens»",
		prove: func(p *pairs, r PairRule) {
			if !p.c.Session.Known() {
				return
			}
			to := Certain
			for _, c := range p.c.Session.Cookies {
				if c.Name != "CF_Authorization" {
					to = Likely
				}
			}
			for _, w := range p.of(exchange.PurposeRequest, exchange.PurposeGet) {
				// An answer from behind the cache passed Access, whatever it says.
				if !w.Request.WithSession || turnedAway(w) && w.v.ccs == "" || w.Answer.Layer == LayerAccess {
					continue
				}
				for _, o := range p.of(exchange.PurposeNoSession, exchange.PurposeGet) {
					if o.Request.WithSession || !sameResource(w, o) || !turnedAway(o) || o.v.ccs != "" || o.v.whole && !o.v.front || o.v.method != w.v.method && o.v.method != "GET" {
						continue
					}
					says := fmt.Sprintf("Without the session the answer is %d, with it %d: Cloudflare Access let the request by for the session, so it was Access that refused without.", o.v.status, w.v.status)
					p.proof(r, LayerAccess, says, o, w)
					p.raise(o, r, LayerAccess, refusal(o.v), to, says)
					return
				}
			}
		},
	},
	{
		ID: ProofSessionRejected, Layer: LayerAccess,
		Compares: "the request with and without the Access session",
		Why:      "Tells that the credential did not count: Access turns the request away with and without it, so it is expired, for another application, or no policy takes it.",
		Source:   "Cloudflare docs «Service tokens», «Authorization cookie»",
		prove: func(p *pairs, r PairRule) {
			if !p.c.Session.Known() {
				return
			}
			for _, w := range p.of(exchange.PurposeRequest, exchange.PurposeGet) {
				if !w.Request.WithSession || w.Answer.Layer != LayerAccess {
					continue
				}
				for _, o := range p.of(exchange.PurposeNoSession, exchange.PurposeGet) {
					if !o.Request.WithSession && sameResource(w, o) && o.Answer.Layer == LayerAccess {
						p.proof(r, LayerAccess, fmt.Sprintf("Access turns the request away without the session (%d) and with it (%d): it does not accept the session for this application.", o.v.status, w.v.status), o, w)
						return
					}
				}
			}
		},
	},
	{
		ID: ProofPreflightRefused, Layer: LayerAccess, Strength: Certain,
		Compares: "the preflight and a GET of the same URL",
		Why:      "Certain where signed metadata says that Access covers the URL, the GET is certainly turned away by Access, and the preflight's refusal is bare and came before the cache: Access documents that it answers 403 to every preflight unless its CORS settings or the bypass say otherwise. Likely without the signature, or where the refusal has a body of its own, as a custom block response has.",
		Source:   "Cloudflare docs «CORS» (Access)",
		prove: func(p *pairs, r PairRule) {
			for _, f := range p.of(preflightPurposes...) {
				if f.v.method != "OPTIONS" || f.v.status != 403 && f.v.status != 401 && f.v.status != 400 || f.v.ccs != "" || f.v.whole && !f.v.front {
					continue
				}
				g, ok := p.refusedVisitor(f)
				if !ok || f.Answer.Layer != LayerUnknown && f.Answer.Layer != LayerAccess {
					continue
				}
				to := Likely
				says := "A GET of the same URL is turned away by Cloudflare Access, which refuses preflights too unless it is told to let them pass."
				if p.covered(f) && f.v.status == 403 && bare(f.v) && !p.plainOptionsPass(f) {
					to = Certain
					says = "Access signs that it covers this URL and turns a GET away; it answers every preflight there with 403, as here, unless its CORS settings or the bypass are set."
				}
				p.proof(r, LayerAccess, says, f, g)
				p.raise(f, r, LayerAccess, refusal(f.v), to, says)
			}
		},
	},
	{
		ID: ProofPreflightCORS, Layer: LayerAccess, Strength: Likely,
		Compares: "the preflight and a GET of the same URL",
		Why:      "Likely: the preflight passes with the vary list of Access's CORS settings and came before the cache, while Access turns the GET away. A Worker behind an OPTIONS bypass could send the same three names.",
		Source:   "Cloudflare docs «CORS» (Access)",
		prove: func(p *pairs, r PairRule) {
			for _, f := range p.of(preflightPurposes...) {
				if f.v.method != "OPTIONS" || f.v.status/100 != 2 || f.v.ccs != "" || !f.v.front || !accessVary(f.v) || f.v.text != "" || f.Answer.Layer != LayerUnknown {
					continue
				}
				if g, ok := p.refusedVisitor(f); ok {
					says := "The preflight was answered before Cloudflare's cache, with the vary list of Access's CORS settings, while Access turns a GET of the same URL away."
					p.proof(r, LayerAccess, says, f, g)
					p.raise(f, r, LayerAccess, productAccessCORS, Likely, says)
				}
			}
		},
	},
	{
		ID: ProofPreflightBypassed, Layer: LayerOrigin,
		Compares: "the preflight and a GET of the same URL",
		Why:      "Strong for what it tells: an answer to OPTIONS from behind Access, where a GET is turned away, means that Access lets OPTIONS pass. It raises nobody's answer.",
		Source:   "Cloudflare docs «CORS» (Access), bypass options requests to origin",
		prove: func(p *pairs, r PairRule) {
			for _, f := range p.of(preflightPurposes...) {
				behind := f.Answer.Layer == LayerOrigin || f.Answer.Layer == LayerProxy || f.Answer.Layer == LayerWorker || f.v.ccs != ""
				if f.v.method != "OPTIONS" || !behind || f.Answer.Layer == LayerAccess || f.Answer.Layer == LayerWAF {
					continue
				}
				if g, ok := p.refusedVisitor(f); ok {
					p.proof(r, f.Answer.Layer, "OPTIONS is answered from behind Cloudflare Access while a GET is turned away: Access lets OPTIONS requests pass here.", f, g)
					return
				}
			}
		},
	},
	{
		ID: ProofSignedRefusal, Layer: LayerAccess, Strength: Likely,
		Compares: "an unmarked refusal and the signed metadata of the URL",
		Why:      "Likely: Access covers the URL, and nothing behind the cache answered. A security rule with its own block response would look the same.",
		Source:   "order of things",
		prove: func(p *pairs, r PairRule) {
			for _, x := range append(p.of(requestPurposes...), p.of(preflightPurposes...)...) {
				if !p.covered(x) || x.v.path() != p.path || x.Answer.Layer != LayerUnknown || x.v.status != 401 && x.v.status != 403 || !x.v.noCCS || !bare(x.v) {
					continue
				}
				for _, m := range p.of(exchange.PurposeAccessMetadata) {
					says := "Access signs that it covers this URL, and the bare refusal came before Cloudflare's cache."
					p.proof(r, LayerAccess, says, x, m)
					p.raise(x, r, LayerAccess, refusal(x.v), Likely, says)
					break
				}
			}
		},
	},
}

// turnedAway says whether an answer is one with which a gatekeeper refuses.
func turnedAway(x one) bool {
	return x.v.redirect() || x.v.status == 401 || x.v.status == 403
}

// bare says that a refusal has no words of its own: no body, or HTML without a
// script and a JSON of nobody else.
func bare(v *view) bool {
	return v.text == "" || v.obj == nil && v.mediaType() == "text/html" && len(v.text) < 600 && !strings.Contains(v.text, "<script")
}

// plainOptionsPass says whether an OPTIONS that is no preflight comes from
// behind Access: then the refusal of the preflight may be of there too.
func (p *pairs) plainOptionsPass(like one) bool {
	for _, o := range p.of(exchange.PurposePlainOptions) {
		if sameResource(o, like) && (o.v.ccs != "" || o.Answer.Layer == LayerOrigin || o.Answer.Layer == LayerProxy) {
			return true
		}
	}
	return false
}
