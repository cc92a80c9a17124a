package finding

import (
	"strings"

	"corstui/diagnose/answer"
	"corstui/snippets"
)

// The findings of this family.
const (
	AccessServiceTokenInPage = "access-service-token-in-page" // warning: the page's script sets cf-access-client-id or -secret: public, and it forces a preflight
	SessionUnknown           = "session-unknown"              // info: Access covers the URL and no session is known: what was seen holds for a stranger
)

// accessNoteRows are what is to be said about Access beside the reason of a
// block.
var accessNoteRows = []row{
	{
		id: AccessServiceTokenInPage, severity: Warning, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			var names []string
			for _, h := range v.c.Headers {
				if n := strings.ToLower(h.Name); n == "cf-access-client-id" || n == "cf-access-client-secret" {
					names = append(names, n)
				}
			}
			if len(names) == 0 {
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Evidence: []answer.Evidence{ev(last(v.preflights), quoteList(names), "the page's script sets "+quoteList(names))},
				Fix:      Fix{Layer: answer.LayerWorker, Recipe: snippets.RecipeServiceToken, Targets: servers(answer.LayerUnknown)},
			})
		},
		words: words{
			title:    "The page's script sends a service token of Access",
			see:      "Search the page's scripts, or the request's headers in the network tab, for cf-access-client-secret.",
			plain:    "Whoever opens the page can read the secret in it. The two headers also force a preflight, and the preflight carries neither of them, so Access refuses it. Let a Worker or your server add the token, and rotate the secret.",
			operator: "Rotate the token, then add it on the server side: a Worker on the page's origin, or a proxy, with the secret from its environment.",
			links:    []string{docServiceTokens, docAccessCORS},
		},
	},
	{
		id: SessionUnknown, severity: Info, layer: answer.LayerAccess,
		find: func(v *view) []Finding {
			if len(v.assumes()) == 0 {
				return nil
			}
			return one(Finding{
				Because:  v.root,
				Detail:   "Access covers " + v.host() + ", and no session of the user is known here. What was seen holds for a visitor who is not logged in. Give the session (--cookie, CF_ACCESS_TOKEN, a pasted curl) to see what a logged-in user gets.",
				Evidence: []answer.Evidence{},
				Fix:      fixAt(answer.LayerBrowser),
			})
		},
		words: words{
			title:    "Seen as a visitor without a session",
			see:      seeAccess,
			plain:    "The URL is behind Cloudflare Access, the request would carry cookies, and corstui has none of the user's. A logged-in user may get another answer.",
			operator: "Take the CF_Authorization cookie of the API's host from the browser's developer tools, or the output of cloudflared access token, and pass it in the environment as CF_ACCESS_TOKEN.",
			links:    []string{docAccessCookie},
		},
	},
}
