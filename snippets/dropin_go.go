package snippets

import "strings"

// goDropIn is the middleware of the complete program in a file of its own, in
// the package that it goes into.
func goDropIn(r Recipe, o DropInOptions, files []File) DropIn {
	mark := "// " + Mark + string(r) + " for Go.\n\n"
	inPackage := func(text string) string {
		if o.Package != "" {
			text = strings.Replace(text, "package main\n", "package "+o.Package+"\n", 1)
		}
		return mark + text
	}
	var d DropIn
	for _, f := range files {
		if f.Name == "cors.go" || f.Name == "access.go" {
			d.Files = append(d.Files, File{Name: f.Name, Lang: f.Lang, Content: inPackage(f.Content)})
		}
	}
	use := func(call string) {
		d.Uses = append(d.Uses, Use{call, "around the whole handler, where the server is started"})
	}
	switch r {
	case RecipeCORS:
		use("CORS(handler)")
	case RecipeJWT:
		use("CORS(Access(handler))")
		d.Uses = append(d.Uses, Use{"go get github.com/coreos/go-oidc/v3", "in the module's folder"})
	case RecipeServiceToken:
		d.Files = append(d.Files, File{Name: "servicetoken.go", Lang: "go", Content: inPackage(goToken)})
		use("CORS(ServiceToken(proxy))")
	case RecipeSameOrigin:
		main := files[0].Content
		d.Files = []File{{Name: "sameorigin.go", Lang: "go", Content: inPackage(goSameOrigin + main[strings.Index(main, "// proxy passes every request on"):])}}
		use("API(handler)")
	}
	return d
}

const goToken = `package main

import (
	"net/http"
	"os"
)

// ServiceToken puts the service token of Cloudflare Access on each request for
// the proxy behind it, in place of what the client sent.
func ServiceToken(next http.Handler) http.Handler {
	id, secret := os.Getenv("CF_ACCESS_CLIENT_ID"), os.Getenv("CF_ACCESS_CLIENT_SECRET")
	if id == "" || secret == "" {
		panic("CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET must be set")
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = r.Clone(r.Context())
		r.Header.Set("CF-Access-Client-Id", id)
		r.Header.Set("CF-Access-Client-Secret", secret)
		next.ServeHTTP(w, r)
	})
}
`

const goSameOrigin = `package main

import (
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

const prefix = "/api"

// API passes what is below /api/ on to the API; the rest is for next.
func API(next http.Handler) http.Handler {
	api := proxy()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.EscapedPath(), prefix+"/") {
			api.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

`
