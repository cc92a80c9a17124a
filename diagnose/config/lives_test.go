package config_test

import (
	"strings"
	"testing"

	_ "github.com/rs/cors" // of the Go files: so go.mod has it

	"corstui/diagnose/config"
	"corstui/diagnose/finding"
	"corstui/snippets"
)

// live is a faulty file that runs: what a page asks of it, and what is seen
// before the correction. After it the page must be allowed, with no error, and
// what was seen must be gone.
type live struct {
	file    string // below testdata
	path    string // begins with /
	method  string
	headers [][2]string
	include bool   // cookies travel
	page    string // empty for https://app.example.com

	// finds is what check finds before and no more after; empty where check
	// cannot see the fault.
	finds string
	// letsIn is an origin that is let in before and no more after; empty for none.
	letsIn string
	// policy is asked for in place of the case's own, as a user does whose page
	// needs more than the file names.
	policy *snippets.Policy
	// upstream is "own" for one with CORS headers of its own, "down" for none that
	// can be reached, and empty for one that knows nothing of CORS.
	upstream string
	// around are the files that a fragment needs around it, before and after the
	// correction; what the correction's notes leave to a person is done in them.
	around func(after bool) map[string]string
}

var (
	toPut        = &snippets.Policy{AllowOrigins: []string{page}, AllowMethods: []string{"PUT"}}
	toAuthorize  = &snippets.Policy{AllowOrigins: []string{page}, AllowHeaders: []string{"Authorization"}}
	authorized   = [][2]string{{"Authorization", "Bearer x"}}
	twoRanges    = [][2]string{{"Range", "bytes=0-1,3-4"}} // one range alone is safelisted
	insideServer = func(include string) func(bool) map[string]string {
		return func(after bool) map[string]string {
			maps := ""
			if after {
				maps = include
			}
			return map[string]string{"nginx.conf": "events {}\nhttp { " + maps + "\nserver {\nlisten 8080;\nlocation / { include cors.conf; return 404; }\n}\n}\n"}
		}
	}
)

var lives = []live{
	{file: "nginx/always-missing", path: "/api/", include: true, finds: finding.ErrorsWithoutCORS},
	{file: "nginx/article-if", path: "/api/", include: true, finds: finding.LookalikeAllowed, letsIn: "http://admin.example.com.evil.example"},
	{file: "nginx/auth-basic", path: "/api/", headers: [][2]string{{"Authorization", "Basic YTpi"}}, finds: finding.PreflightStatus},
	{file: "nginx/auth-request", path: "/api/", headers: authorized, policy: toAuthorize, finds: finding.PreflightStatus},
	{file: "nginx/credentials-word", path: "/", include: true, finds: finding.AllowCredentialsMissing},
	{file: "nginx/error-page", path: "/api/", finds: finding.ErrorsWithoutCORS},
	{file: "nginx/fastcgi", path: "/index.php", finds: finding.CORSHeadersTwice},
	{file: "nginx/flag", path: "/api/", finds: finding.VaryOriginRefusal},
	{file: "nginx/fragment", path: "/", include: true, finds: finding.ErrorsWithoutCORS, around: insideServer("")},
	{file: "nginx/fragment-two", path: "/", finds: finding.OriginReflected, letsIn: "https://evil.example", around: insideServer("include cors-maps.conf;")},
	{file: "nginx/included", path: "/files/", finds: finding.AllowOriginMissing},
	{file: "nginx/inheritance", path: "/files/", finds: finding.AllowOriginMissing},
	{file: "nginx/key-in-if", path: "/api/", headers: [][2]string{{"X-API-Key", "k"}}, finds: finding.PreflightStatus},
	{file: "nginx/limit-except", path: "/api/", method: "PUT", finds: finding.PreflightStatus},
	{file: "nginx/limit-except-if", path: "/api/", method: "POST", headers: [][2]string{{"Content-Type", "application/json"}}, finds: finding.PreflightStatus},
	{file: "nginx/limit-except-reflects", path: "/api/", include: true, method: "PUT", headers: [][2]string{{"Authorization", "Basic YTpi"}}, finds: finding.PreflightStatus, letsIn: "https://evil.example"},
	{file: "nginx/map-case", path: "/", letsIn: "https://APP.example.com"},
	{file: "nginx/map-default", path: "/", include: true, finds: finding.OriginReflected},
	{file: "nginx/map-of-map", path: "/", finds: finding.LookalikeAllowed, letsIn: "http://app.example.com"},
	{file: "nginx/map-port", path: "/", finds: finding.LookalikeAllowed, letsIn: "https://app.example.com:8443"},
	{file: "nginx/map-unanchored", path: "/", finds: finding.LookalikeAllowed},
	{file: "nginx/names-taken", path: "/", finds: finding.OriginReflected},
	{file: "nginx/nested-location", path: "/api/v2/", headers: [][2]string{{"Authorization", "Basic YTpi"}}, finds: finding.PreflightStatus},
	{file: "nginx/no-cors", path: "/", method: "PUT", finds: finding.PreflightUnanswered},
	{file: "nginx/null", path: "/", finds: finding.NullOriginAllowed, letsIn: "null"},
	{file: "nginx/one-more-origin", path: "/", page: "https://staging.example.com", finds: finding.OriginNotAllowed},
	{file: "nginx/options-in-if", path: "/", method: "PUT", finds: finding.PreflightUnanswered},
	{file: "nginx/options-refused", path: "/", method: "PUT", policy: toPut, finds: finding.PreflightStatus},
	{file: "nginx/reflection", path: "/", include: true, finds: finding.OriginReflected},
	{file: "nginx/rewrite-first", path: "/api/", headers: [][2]string{{"Authorization", "Basic YTpi"}}, finds: finding.PreflightStatus},
	{file: "nginx/rewrite-reflects", path: "/api/", headers: authorized, finds: finding.PreflightStatus},
	{file: "nginx/several-values", path: "/", finds: finding.AllowOriginMultiple},
	{file: "nginx/site-file", path: "/", include: true, upstream: "own", finds: finding.CORSHeadersTwice, around: func(bool) map[string]string {
		return map[string]string{"nginx.conf": "events {}\nhttp { include app.conf; }\n"}
	}},
	{file: "nginx/slash", path: "/", finds: finding.AllowOriginMismatch},
	{file: "nginx/star-credentials", path: "/", include: true, finds: finding.WildcardWithCredentials},
	{file: "nginx/static-options", path: "/fonts/a", headers: twoRanges, finds: finding.PreflightStatus},
	{file: "nginx/twice", path: "/", finds: finding.CORSHeadersTwice},
	{file: "nginx/wide-open", path: "/", method: "PUT", finds: finding.AllowOriginMissing},

	{file: "worker/article", path: "/", include: true, finds: finding.VaryOriginRefusal},
	{file: "worker/ends-with", path: "/", finds: finding.LookalikeAllowed},
	{file: "worker/mixed-list", path: "/", page: "https://a.example.com", finds: finding.VaryOriginRefusal, letsIn: "https://anybody.pages.dev"},
	{file: "worker/no-vary", path: "/", finds: finding.VaryOriginMissing},
	{file: "worker/null-origin", path: "/", finds: finding.NullOriginAllowed, letsIn: "null"},
	{file: "worker/options-only", path: "/", method: "PUT", finds: finding.AllowOriginMissing},
	{file: "worker/reflects", path: "/", finds: finding.OriginReflected},
	{file: "worker/regex-dot", path: "/", page: "https://www.app.example.com", finds: finding.LookalikeAllowed,
		policy: &snippets.Policy{AllowOrigins: []string{"https://www.app.example.com"}}, letsIn: "https://www.app-example.com.evil.example"},
	{file: "worker/success-only", path: "/", finds: finding.ErrorsWithoutCORS},
	{file: "worker/trailing-slash", path: "/", finds: finding.AllowOriginMismatch},
	{file: "worker/uncaught", path: "/", upstream: "down", finds: finding.ProtocolBroken},
	{file: "worker/wildcard-credentials", path: "/", include: true, finds: finding.WildcardWithCredentials},

	{file: "express/auth-first", path: "/me", headers: authorized, finds: finding.PreflightUnanswered},
	{file: "express/by-hand", path: "/", include: true, finds: finding.VaryOriginRefusal},
	{file: "express/cors-last", path: "/items", finds: finding.AllowOriginMissing},
	{file: "express/cors-regex", path: "/", finds: finding.LookalikeAllowed, letsIn: "https://evilexample.com"},
	{file: "express/error-handler", path: "/", finds: finding.ErrorsWithoutCORS},
	{file: "express/includes", path: "/", finds: finding.LookalikeAllowed, letsIn: "https://app.example.com.evil.example"},
	{file: "express/one-route", path: "/items", finds: finding.ErrorsWithoutCORS},
	{file: "express/origin-function", path: "/", finds: finding.OriginReflected},
	{file: "express/origin-true", path: "/me", include: true, finds: finding.OriginReflected},
	{file: "express/proxy", path: "/", upstream: "own", letsIn: "*"},
	{file: "express/reflects", path: "/", finds: finding.OriginReflected},
	{file: "express/route-preflight", path: "/items/1", method: "PUT", finds: finding.PreflightUnanswered},
	{file: "express/several-origins", path: "/", finds: finding.AllowOriginMultiple},
	{file: "express/star-credentials", path: "/", include: true, finds: finding.WildcardWithCredentials},

	{file: "go/auth-outside", path: "/me", headers: authorized, finds: finding.PreflightUnanswered},
	{file: "go/error-first", path: "/items", finds: finding.ErrorsWithoutCORS},
	{file: "go/mux-methods", path: "/items", method: "PUT", finds: finding.PreflightUnanswered},
	{file: "go/proxy", path: "/", upstream: "own", finds: finding.CORSHeadersTwice},
	{file: "go/reflects", path: "/items", include: true, finds: finding.OriginReflected},
	{file: "go/regexp", path: "/", finds: finding.LookalikeAllowed, letsIn: "https://app-example.com.evil.example"},
	{file: "go/rs-cors", path: "/", include: true, finds: finding.WildcardWithCredentials},
	{file: "go/rs-cors-func", path: "/", finds: finding.OriginReflected, around: func(after bool) map[string]string {
		handler := "open()"
		if after { // as the note says
			handler = "CORS(open())"
		}
		return map[string]string{"start.go": "package main\n\nimport \"net/http\"\n\nfunc main() { panic(http.ListenAndServe(\"127.0.0.1:8080\", " + handler + ")) }\n"}
	}},
	{file: "go/rs-cors-guarded", path: "/items", method: "PUT", headers: [][2]string{{"X-Requested-With", "fetch"}, {"Content-Type", "application/json"}}, finds: finding.PreflightUnanswered},
	{file: "go/suffix", path: "/", finds: finding.LookalikeAllowed, letsIn: "https://evilexample.com"},
	{file: "go/vary-set", path: "/", finds: finding.VaryOriginRefusal, around: func(bool) map[string]string {
		return map[string]string{"start.go": "package main\n\nimport \"net/http\"\n\nfunc main() {\n\thttp.HandleFunc(\"/\", func(http.ResponseWriter, *http.Request) {})\n\tpanic(serve())\n}\n"}
	}},
}

// cannotRun says of the other faulty files why they do not run here.
var cannotRun = map[string]string{
	"worker/cookies-joined": "its correction is a line that a person writes, and the fault is no matter of CORS: an answer with two Set-Cookie arrives with one",
	"worker/hono":           "the package hono is not among the installed runtimes; worker/reflects has the same fault and runs",
	"express/jwt-first":     "the package express-jwt is not among the installed runtimes; express/auth-first has the same fault and runs",
	"go/gin":                "gin-contrib/cors panics at its start on an origin without http:// or https://, so the faulty file never listens",
	"go/gorilla":            "the module gorilla/handlers is not among those of this module; go/rs-cors has the same fault with another library and runs",
}

// short is "nginx/twice" for testdata/nginx/twice.txtar.
func (c testCase) short() string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.ReplaceAll(c.path, `\`, "/"), "testdata/"), ".txtar")
}

// A file is faulty where it declares an error or a warning, or a policy that was
// asked for changes it.
func TestEachFaultyFileRunsOrSaysWhyNot(t *testing.T) {
	faulty := map[string]bool{}
	for _, c := range cases(t) {
		r, err := config.Read(c.name, []byte(c.files[c.name]), c.files)
		if err != nil {
			t.Fatal(err)
		}
		faulty[c.short()] = c.part("correction") != ""
		for _, p := range r.Problems {
			if p.Severity != finding.Info {
				faulty[c.short()] = true
			}
		}
	}
	tables := map[string]int{}
	for _, l := range lives {
		tables[l.file]++
		if l.finds == "" && l.letsIn == "" {
			t.Errorf("%s runs, and nothing is looked at", l.file)
		}
	}
	for file, reason := range cannotRun {
		tables[file]++
		if strings.TrimSpace(reason) == "" {
			t.Errorf("%s has no reason why it cannot run", file)
		}
	}
	for file, is := range faulty {
		if is && tables[file] != 1 {
			t.Errorf("%s is to be corrected, and stands %d times in lives and cannotRun; once would be right", file, tables[file])
		}
	}
	for file := range tables {
		if !faulty[file] {
			t.Errorf("%s is in a table, and nothing is to be corrected in a file of that name", file)
		}
	}
}
