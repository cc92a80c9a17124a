package finding

import (
	"fmt"
	"regexp"
	"strings"

	"corstui/diagnose/answer"
	"corstui/snippets"
)

// who names whoever answered an exchange, as the subject of a sentence.
func who(s *answer.Seen) string {
	if s == nil {
		return "nobody"
	}
	p := s.Answer.Product
	switch layer(s) {
	case answer.LayerBrowser:
		return "the browser"
	case answer.LayerNetwork:
		return "nobody"
	case answer.LayerEdge:
		return "Cloudflare's edge"
	case answer.LayerAccess:
		return "Cloudflare Access"
	case answer.LayerWAF:
		return "Cloudflare's WAF"
	case answer.LayerWorker:
		return "a Cloudflare Worker"
	case answer.LayerCache:
		if strings.Contains(p, "Cloudflare") || p == "" {
			return "Cloudflare's cache"
		}
		return p
	case answer.LayerOrigin:
		if s.Answer.Confidence == answer.Certain {
			return "your API"
		}
		return "your API (likely)"
	case answer.LayerProxy:
		if p != "" {
			return p
		}
		return "a proxy"
	}
	return "something not yet identified"
}

// capital is a sentence's first letter in upper case.
func capital(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// place names a layer where something is to be changed.
func place(l answer.Layer) string {
	switch l {
	case answer.LayerBrowser:
		return "the page"
	case answer.LayerNetwork:
		return "the network"
	case answer.LayerEdge:
		return "Cloudflare's edge"
	case answer.LayerAccess:
		return "Cloudflare Access"
	case answer.LayerWAF:
		return "Cloudflare's WAF"
	case answer.LayerWorker:
		return "the Worker"
	case answer.LayerCache:
		return "the cache"
	case answer.LayerOrigin:
		return "the API"
	case answer.LayerProxy:
		return "the proxy in front of the API"
	}
	return "whatever answers there"
}

// servers are the targets of a CORS policy, by the layer where it belongs.
//
//go:noinline
func servers(l answer.Layer) []snippets.Target {
	switch l {
	case answer.LayerWorker:
		return []snippets.Target{snippets.TargetWorker}
	case answer.LayerOrigin:
		return []snippets.Target{snippets.TargetExpress, snippets.TargetNginx, snippets.TargetGo, snippets.TargetWorker}
	case answer.LayerProxy:
		return []snippets.Target{snippets.TargetNginx, snippets.TargetExpress, snippets.TargetGo, snippets.TargetWorker}
	}
	return []snippets.Target{snippets.TargetWorker, snippets.TargetExpress, snippets.TargetNginx, snippets.TargetGo}
}

// app is the layer where a CORS header of an API is set, given who answered: a
// cache only stores what is behind it.
//
//go:noinline
func app(l answer.Layer) answer.Layer {
	switch l {
	case answer.LayerWorker, answer.LayerOrigin, answer.LayerProxy, answer.LayerUnknown:
		return l
	}
	return answer.LayerOrigin
}

//go:noinline
func fixCORS(l answer.Layer) Fix {
	l = app(l)
	return Fix{Layer: l, Recipe: snippets.RecipeCORS, Targets: servers(l)}
}

func fixSameOrigin(l answer.Layer) Fix {
	return Fix{Layer: l, Recipe: snippets.RecipeSameOrigin, Targets: servers(answer.LayerUnknown)}
}

func fixAccess() Fix {
	return Fix{Layer: answer.LayerAccess, Recipe: snippets.RecipeAccess, Targets: []snippets.Target{}}
}

func fixWAF() Fix {
	return Fix{Layer: answer.LayerWAF, Recipe: snippets.RecipeWAF, Targets: []snippets.Target{}}
}

// fixAt is a fix for which no file can be generated.
func fixAt(l answer.Layer) Fix { return Fix{Layer: l, Targets: []snippets.Target{}} }

var codePattern = regexp.MustCompile(`(?i)\berror(?: code:?)? ([0-9]{3,5})\b|\b(1[0-9]{3}|5[0-9]{2})\b`)

// errorCode is the number of Cloudflare's error, empty without: from the
// product that was proven, else from the short body "error code: N".
func errorCode(s *answer.Seen) string {
	if s == nil {
		return ""
	}
	for _, text := range []string{s.Answer.Product, shortBody(s)} {
		if m := codePattern.FindStringSubmatch(text); m != nil {
			if m[1] != "" {
				return m[1]
			}
			return m[2]
		}
	}
	return ""
}

func shortBody(s *answer.Seen) string {
	if r := resp(s); r != nil {
		if b := strings.TrimSpace(r.Body); len(b) < 40 && strings.HasPrefix(strings.ToLower(b), "error code:") {
			return b
		}
	}
	return ""
}

// challenged says whether an answer is a challenge page of the WAF.
func challenged(s *answer.Seen) bool {
	return layer(s) == answer.LayerWAF &&
		(strings.EqualFold(header(s, "cf-mitigated"), "challenge") || strings.Contains(strings.ToLower(s.Answer.Product), "challenge"))
}

// limited says whether an answer is a rate limit of the WAF.
func limited(s *answer.Seen) bool {
	return layer(s) == answer.LayerWAF && !challenged(s) && (status(s) == 429 || errorCode(s) == "1015")
}

// got says what came back, in one phrase: "403 without Access-Control-Allow-Origin".
func got(s *answer.Seen) string {
	r := resp(s)
	if r == nil {
		return "no answer"
	}
	v, ok := r.Headers.Get(hACAO)
	if !ok {
		return fmt.Sprintf("%d without %s", r.Status, hACAO)
	}
	return fmt.Sprintf("%d with %s: %s", r.Status, hACAO, v)
}

// quoteList writes names as "a, b and c".
func quoteList(names []string) string {
	switch len(names) {
	case 0:
		return ""
	case 1:
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// those is "it" for one and "they" for more.
func plural(n int, one, many string) string {
	if n == 1 {
		return one
	}
	return many
}
