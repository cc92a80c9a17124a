package webkit_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// exceptions are the scenarios in which the model (over the probes' transport)
// and WebKitGTK are known to differ, and why it stays so.
var exceptions = map[string]string{
	"request header/Content-Type: text/plain; charset=\u00e9": "libsoup sends such a value as UTF-8; the model sends the byte, as the standard and the others do",
	"wire/preflight truncated body":                           "WebKit waits for the body of a preflight's answer; the model judges the head alone",
	"wire/two content lengths":                                "libsoup takes one of them; the probes call the answer broken, as Chromium and Firefox do",
	"wire/two content lengths without allow-origin":           "libsoup takes one of them; the probes call the answer broken, as Chromium and Firefox do",
	"wire/content length is no number":                        "libsoup calls such an answer broken; the probes ignore the header, as Chromium and Firefox do",
	"wire/carriage return in a value":                         "libsoup drops such a header; the probes read on, as Chromium does",
	"wire/HTTP 2.0 in the status line":                        "libsoup wants HTTP/1; the probes take any version, as Chromium and Firefox do",
	"wire/ICY":                                                "libsoup takes ICY for HTTP; the probes call it no HTTP answer",
	"wire/status 000":                                         "libsoup wants a status from 100; the probes take any three digits, as Chromium and Firefox do",
	"wire/lower-case http":                                    "libsoup wants capitals; the probes read such a status line, as Chromium does",
}

// unseen are the scenarios in which a preflight reaches no server, and so is not
// seen.
var unseen = []string{"url/refused preflight", "url/name does not resolve with preflight"}

// subject compares a MiniBrowser with the model. Its reasons are a class of
// messages, which the sentence holds already.
func subject(b *miniBrowser) difftest.Subject {
	return difftest.Subject{
		Name:   "WebKit",
		Engine: fetch.WebKit,
		Conclude: func(ctx context.Context, c exchange.Case) (difftest.Conclusion, string, error) {
			res, lines, err := b.fetch(ctx, c)
			return difftest.Conclusion{Allowed: res.Resolved, Readable: res.Readable(), Console: sentence(res, lines), Event: res.Event}, fmt.Sprintf("%q %q", res.Error, lines), err
		},
		Console: func(v fetch.Verdict) string { return v.Console.WebKit },
		Told: func(s difftest.Scenario, c *difftest.Conclusion) {
			c.Reason = ""
			c.Preflight = slices.ContainsFunc(c.Asked, isPreflight)
			if slices.Contains(unseen, s.Name) {
				c.Console = "" // which speaks of the way to the server
			}
		},
		Same:       func(s string) string { return opaquePage.ReplaceAllString(s, "page at null requested") },
		Exceptions: exceptions,
		Tries:      map[string]int{"wire/empty answer": 1, "wire/empty answer to the preflight": 1, "wire/empty answer to a POST": 1, "wire/empty answer to a PUT behind a good preflight": 2},
	}
}

// opaquePage is how WebKit names the page of the opaque origin: by its URL.
var opaquePage = regexp.MustCompile(`page at \S+` + opaquePath + ` requested`)

func isPreflight(asked string) bool {
	return strings.Contains(asked, " access-control-request-method=")
}

// sentence is the one line of the console that tells the reason: the first of
// the source "security", or what a script reads of an exception of its own.
func sentence(res browser.Result, lines []string) string {
	for _, l := range lines {
		for _, kind := range []string{"SECURITY ERROR ", "SECURITY WARN "} {
			if text, ok := strings.CutPrefix(l, kind); ok {
				return text
			}
		}
	}
	for _, l := range lines {
		if text, ok := strings.CutPrefix(l, "JS ERROR "); ok && !strings.HasSuffix(text, " due to access control checks.") {
			return text
		}
	}
	if res.Error != "" && !strings.Contains(res.Error, "Load failed") {
		return "Unhandled Promise Rejection: " + res.Error
	}
	return ""
}

// TestTheModelConcludesWhatWebKitDoes runs every scenario in one browser and on
// the model.
func TestTheModelConcludesWhatWebKitDoes(t *testing.T) {
	mini, xvfb := installed(t)
	server := difftest.StartServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	b := open(t, mini, xvfb, server, preventTracking)
	difftest.Compare(ctx, t, server, subject(b), append(difftest.All(), difftest.Random()...))
}

func TestThePreflightCacheIsWebKits(t *testing.T) {
	mini, xvfb := installed(t)
	server := difftest.StartServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	b := open(t, mini, xvfb, server, preventTracking)
	difftest.CompareCaches(ctx, t, server, fetch.WebKit, nil, func(ctx context.Context, c exchange.Case) (bool, error) {
		u := strings.Split(c.URL, "/")
		server.Asked(u[3])
		_, _, err := b.fetch(ctx, c)
		return slices.ContainsFunc(server.Asked(u[3]), isPreflight), err
	})
}
