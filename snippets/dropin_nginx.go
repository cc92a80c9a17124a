package snippets

import "strings"

// NginxParts are the pieces of the CORS policy in an nginx configuration. Each
// is lines without indentation, ended by a line break.
type NginxParts struct {
	Maps      string // in http
	Headers   string // add_header, in a server or location
	Preflight string // in a server or location
	Hide      string // beside proxy_pass, with proxy_ for its prefix
}

// NginxCORS returns the pieces of the policy for a configuration that is there
// already. They are those of the complete file, which is tested as a whole.
func NginxCORS(p Policy) (NginxParts, error) {
	files, err := Generate(RecipeCORS, TargetNginx, Options{Policy: p, Upstream: "http://127.0.0.1:9000"})
	if err != nil {
		return NginxParts{}, err
	}
	text := files[0].Content
	maps := between(text, "    # A preflight asks for permission.", "\n    # Only WebSockets:")
	if i := strings.Index(maps, "    underscores_in_headers"); i >= 0 {
		maps = maps[:i]
	}
	return NginxParts{
		Maps:      dedent(maps, 4),
		Headers:   dedent(between(text, "        add_header Access-Control-Allow-Origin", "\n        # Before any"), 8),
		Preflight: dedent(between(text, "        # Before any authentication.", "\n        location / {"), 8),
		Hide:      dedent(between(text, "            # What the upstream says about CORS", "        }\n    }\n}"), 12),
	}, nil
}

// between is the part of a text from a mark, which is part of it, to another,
// which is not. Both are in the template, which the tests render.
func between(text, from, to string) string {
	i := strings.Index(text, from)
	if i < 0 {
		panic("the template has no " + from)
	}
	j := strings.Index(text[i:], to)
	if j < 0 {
		panic("the template has no " + to)
	}
	return text[i : i+j]
}

// dedent takes n spaces from each line.
func dedent(text string, n int) string {
	var b strings.Builder
	for line := range strings.Lines(strings.TrimRight(text, "\n") + "\n") {
		b.WriteString(strings.TrimPrefix(line, strings.Repeat(" ", n)))
	}
	return b.String()
}

func nginxDropIn(r Recipe, o Options) DropIn {
	mark := "# " + Mark + string(r) + " for nginx.\n"
	if r == RecipeSameOrigin {
		text := runtimeFiles(r, TargetNginx, o)[0].Content
		maps := dedent(between(text, "    # The path as it came", "\n    server {"), 4)
		place := dedent(between(text, "        location /api/ {", "\n        }\n")+"\n        }\n", 8)
		return DropIn{
			Files: []File{
				{Name: "same-origin-maps.conf", Lang: "nginx", Content: mark + maps},
				{Name: "same-origin.conf", Lang: "nginx", Content: mark + place},
			},
			Uses: []Use{
				{"include same-origin-maps.conf;", "in http, before the servers"},
				{"include same-origin.conf;", "in the server that serves the page"},
			},
		}
	}
	parts, err := NginxCORS(o.Policy)
	if err != nil {
		panic(err) // the options were checked
	}
	d := DropIn{
		Files: []File{
			{Name: "cors-maps.conf", Lang: "nginx", Content: mark + parts.Maps},
			{Name: "cors.conf", Lang: "nginx", Content: mark + parts.Headers + "\n" + parts.Preflight + "\n" + parts.Hide},
		},
		Uses: []Use{
			{"include cors-maps.conf;", "in http, before the servers"},
			{"include cors.conf;", "in the server, or in a location that has an add_header or proxy_hide_header of its own"},
		},
	}
	if r == RecipeServiceToken {
		d.Files = append(d.Files, File{Name: "service-token.conf", Lang: "nginx", Content: mark +
			"# Fill in the token by envsubst, with only these two names in its list. A\n" +
			"# location with a proxy_set_header of its own needs this include too.\n" +
			"proxy_set_header CF-Access-Client-Id \"${CF_ACCESS_CLIENT_ID}\";\n" +
			"proxy_set_header CF-Access-Client-Secret \"${CF_ACCESS_CLIENT_SECRET}\";\n"})
		d.Uses = append(d.Uses, Use{"include service-token.conf;", "beside proxy_pass"})
	}
	return d
}
