package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
)

// The findings of this family.
const (
	WildcardAnnouncesCreds  = "wildcard-and-allow-credentials" // warning, 3: the answer has Allow-Origin * and Allow-Credentials: true; this request has no credentials and passes
	AllowCredentialsMissing = "allow-credentials-missing"      // error: Allow-Credentials is absent, or not exactly "true"
)

var credentialsRows = []row{
	{
		id: AllowCredentialsMissing, severity: Error, blocks: true,
		find: func(v *view) []Finding {
			s := v.d
			if v.cause != causeCredentials {
				return nil
			}
			value, ok := resp(s).Headers.Get(hACAC)
			seen := fmt.Sprintf("%s is %q", hACAC, value)
			if !ok {
				seen = "there is no " + hACAC
			}
			d := fmt.Sprintf("The script asks with credentials: \"include\", and on %s %s. It must be exactly true, in lower case, once.", strings.ToLower(v.deciding()[:1])+v.deciding()[1:], seen)
			if ok && len(resp(s).Headers.Values(hACAC)) > 1 {
				d += " It came on two lines: two hands each add one."
			}
			return one(Finding{
				Layer:    app(layer(s)),
				Detail:   d,
				Evidence: append(answererEvidence(s), ev(s, hACAC, seen)),
				Fix:      fixCORS(layer(s)),
			})
		},
		words: words{
			title:    "Access-Control-Allow-Credentials is missing, or not true",
			see:      seeAnswer,
			plain:    "A request that carries cookies needs Access-Control-Allow-Credentials: true on the preflight and on the answer. True with a capital letter, 1, or two lines do not count. If the call needs no cookies, leave credentials: \"include\" away.",
			operator: "Only together with an exact origin from a list, never with a reflected one.",
			links:    []string{"https://fetch.spec.whatwg.org/#http-access-control-allow-credentials", mdnErrors + "CORSMissingAllowCredentials"},
		},
	},
	{
		id: WildcardAnnouncesCreds, severity: Warning, mistake: 3,
		find: func(v *view) []Finding {
			if v.credentialed || v.in.Fetch.SameOrigin {
				return nil
			}
			for _, s := range []*answer.Seen{last(v.requests), last(v.preflights)} {
				if resp(s) == nil || !behind(s) || strings.TrimSpace(header(s, hACAO)) != "*" || strings.TrimSpace(header(s, hACAC)) != "true" {
					continue
				}
				return one(Finding{
					Layer:    app(layer(s)),
					Evidence: []answer.Evidence{ev(s, hACAO, "*"), ev(s, hACAC, "true")},
					Fix:      fixCORS(layer(s)),
				})
			}
			return nil
		},
		words: words{
			title:    "The answer promises credentials and allows *",
			see:      seeAnswer,
			plain:    "Access-Control-Allow-Origin: * together with Access-Control-Allow-Credentials: true never works: as soon as a page sends cookies, the browser refuses. This request sends none and passes. Leave Allow-Credentials away, or name the origins.",
			operator: "A public API needs * alone. An API with logins needs an exact list.",
			links:    []string{"https://fetch.spec.whatwg.org/#cors-protocol-and-credentials"},
		},
	},
}
