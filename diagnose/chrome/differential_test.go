package chrome_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/probe"
)

// loopback sends every host to the server, but for those that must not resolve.
var loopback = probe.Network{Insecure: true, ConnectTo: []string{"nowhere.nx.test::~NOTFOUND:", "::127.0.0.1:"}}

// exceptions are the scenarios in which the model (over the probes' transport)
// and Chromium are known to differ, and why it stays so.
var exceptions = map[string]string{
	"wire/status line without status": "Chromium takes a status line without a status as 200; the probes call it no HTTP answer, as other engines do",
	"wire/status of two digits":       "Chromium takes any number as a status; the probes want three digits, as RFC 9112 does",
}

// serverErrors are the CorsErrors that a server can cause: each must occur.
var serverErrors = []string{
	"MissingAllowOriginHeader", "WildcardOriginNotAllowed", "MultipleAllowOriginValues", "InvalidAllowOriginValue", "AllowOriginMismatch", "InvalidAllowCredentials",
	"PreflightMissingAllowOriginHeader", "PreflightWildcardOriginNotAllowed", "PreflightMultipleAllowOriginValues", "PreflightInvalidAllowOriginValue", "PreflightAllowOriginMismatch",
	"PreflightInvalidAllowCredentials", "PreflightInvalidStatus", "PreflightDisallowedRedirect",
	"InvalidAllowMethodsPreflightResponse", "InvalidAllowHeadersPreflightResponse", "MethodDisallowedByPreflightResponse", "HeaderDisallowedByPreflightResponse",
	"RedirectContainsCredentials", "CorsDisabledScheme",
}

// conclusion is what is compared.
type conclusion struct {
	allowed, preflight bool
	readable           []string
	reason             string
	console            string   // the sentence about CORS, empty for none
	asked              []string // what the server saw
}

func (c conclusion) String() string {
	s := "blocked"
	if c.allowed {
		s = "allowed"
	}
	if c.preflight {
		s += ", preflight sent"
	}
	if c.reason != "" {
		s += ", " + c.reason
	}
	s += ", reads [" + strings.Join(c.readable, " ") + "]"
	if c.console != "" {
		s += "\n            " + c.console
	}
	for _, a := range c.asked {
		s += "\n            " + a
	}
	return s
}

// fieldNamed is the part of a sentence that names one of the headers that are
// not allowed. Chromium picks it by the order of an internal hash.
var fieldNamed = regexp.MustCompile(`Request header field \S+ is`)

func (c conclusion) sentence() string {
	return fieldNamed.ReplaceAllString(c.console, "Request header field … is")
}

// differ says in what two conclusions differ; empty for nothing.
func (c conclusion) differ(d conclusion) string {
	switch {
	case c.allowed != d.allowed:
		return "allowed"
	case c.preflight != d.preflight:
		return "preflight sent"
	case !slices.Equal(c.readable, d.readable):
		return "readable headers"
	case c.reason != d.reason:
		return "reason"
	case c.sentence() != d.sentence():
		return "console"
	case !slices.Equal(c.asked, d.asked):
		return "requests"
	}
	return ""
}

// TestTheModelConcludesWhatChromiumDoes runs every scenario in one browser
// process and on the model. The conclusions must be equal: whether the page gets
// the response, whether a preflight went out, what the page can read, and why
// not.
func TestTheModelConcludesWhatChromiumDoes(t *testing.T) {
	path := browserPath(t)
	server := startServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	client, err := probe.NewClient(loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	browser, err := chrome.Open(ctx, chrome.Options{Path: path, AllowUnsafe: true, Network: loopback})
	if err != nil {
		t.Fatal(err)
	}
	defer browser.Close()

	all := append(scenarios(), random()...)
	// A new page costs more than a request: cases of one origin together.
	slices.SortStableFunc(all, func(a, b scenario) int { return strings.Compare(a.c.Origin, b.c.Origin) })
	seen := map[string]bool{}
	names := map[string]bool{}
	compared := 0
	for i, s := range all {
		if names[s.name] {
			t.Errorf("two scenarios are named %q", s.name)
		}
		names[s.name] = true
		c := s.install(server, i)
		segment := fmt.Sprintf("c%d", i)
		inBrowser, o := browserConclusion(ctx, t, browser, s.name, c)
		inBrowser.asked = server.asked(segment)
		inModel, x := modelConclusion(ctx, client, c)
		inModel.asked = server.asked(segment)
		if strings.HasPrefix(s.name, "wire/") {
			// A browser sends again what a broken connection did not answer.
			inBrowser.asked, inModel.asked = nil, nil
		}
		seen[inBrowser.reason] = true
		compared++
		why, known := exceptions[s.name]
		switch differ := inBrowser.differ(inModel); {
		case differ != "" && !known:
			t.Errorf("%s: %s %s from %s: %s differ\n  Chromium: %s\n            %s\n  model:    %s\n            %s", s.name, c.Method, c.URL, c.Origin, differ, inBrowser, o.Note, inModel, x)
		case differ == "" && known:
			t.Errorf("%s: the two agree now; the exception (%s) is out of date", s.name, why)
		}
	}
	for _, name := range serverErrors {
		if !seen[name] {
			t.Errorf("no scenario made Chromium report %s", name)
		}
	}
	for name := range exceptions {
		if !names[name] {
			t.Errorf("the exception %q is no scenario", name)
		}
	}
	if share := float64(len(exceptions)) / float64(compared); share > 0.01 {
		t.Errorf("%d exceptions in %d scenarios are more than one in a hundred", len(exceptions), compared)
	}
	t.Logf("%d scenarios in %s, %d documented exceptions", compared, browser.Product(), len(exceptions))
}

func browserConclusion(ctx context.Context, t *testing.T, b *chrome.Browser, name string, c exchange.Case) (conclusion, *chrome.Observation) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	o, err := b.Fetch(ctx, c)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	out := conclusion{allowed: o.Allowed, preflight: o.PreflightSent, readable: o.Readable}
	for _, line := range o.Console {
		if strings.HasPrefix(line, "Access to ") {
			out.console = line
		}
	}
	if o.Reason != nil {
		out.reason = *o.Reason
	}
	return out, o
}

func modelConclusion(ctx context.Context, client *probe.Client, c exchange.Case) (conclusion, string) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	r := fetch.Run(ctx, c, client.Session(c.URL), fetch.Options{AllowUnsafe: true})
	v := r.Verdict
	out := conclusion{allowed: v.Allowed, preflight: v.PreflightSent, readable: v.ReadableHeaders}
	if strings.HasPrefix(v.Console.Chromium, "Access to ") {
		out.console = v.Console.Chromium
	}
	if v.Reason != nil {
		out.reason = *v.Reason
	}
	var sent []string
	for _, x := range r.Exchanges {
		s := x.Request.Method + " " + x.Request.URL
		if x.Response != nil {
			s += fmt.Sprintf(" → %d", x.Response.Status)
		} else if x.Failure != nil {
			s += " → " + x.Failure.Message
		}
		sent = append(sent, s)
	}
	return out, strings.Join(sent, ", ")
}
