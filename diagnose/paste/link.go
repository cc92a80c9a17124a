package paste

import (
	"html"
	"regexp"
	"slices"
	"strings"

	"corstui/diagnose/exchange"
)

var (
	linkTag  = regexp.MustCompile(`(?i)<link\s[^>]{1,1000}>`)
	linkAttr = regexp.MustCompile(`([a-zA-Z-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?`)
)

// parseLink reads an element <link rel="preload" as="fetch" crossorigin href=…>.
// Without crossorigin no CORS is asked for.
func parseLink(text string) (Pasted, bool, error) {
	if !strings.HasPrefix(text, "<") {
		return Pasted{}, false, nil
	}
	for _, tag := range linkTag.FindAllString(text, 20) {
		attrs := map[string]string{}
		for _, m := range linkAttr.FindAllStringSubmatch(tag[len("<link"):], 50) {
			if name := strings.ToLower(m[1]); !hasKey(attrs, name) {
				attrs[name] = html.UnescapeString(m[2] + m[3] + m[4])
			}
		}
		rel := strings.Fields(strings.ToLower(attrs["rel"]))
		if !slices.Contains(rel, "preload") || !strings.EqualFold(attrs["as"], "fetch") || !hasKey(attrs, "crossorigin") {
			continue
		}
		p := Pasted{Kind: KindFetch, Case: exchange.Case{URL: strings.TrimSpace(attrs["href"]), Initiator: exchange.InitiatorLink}}
		if strings.EqualFold(attrs["crossorigin"], "use-credentials") {
			p.Case.Credentials = exchange.CredentialsInclude
		}
		p.relative()
		p.understoodRequest("A <link rel=preload>")
		return p, true, nil
	}
	return Pasted{}, false, nil
}

func hasKey(m map[string]string, name string) bool {
	_, ok := m[name]
	return ok
}
