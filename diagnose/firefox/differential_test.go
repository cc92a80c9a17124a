package firefox_test

import (
	"cmp"
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/browser"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/firefox"
)

// exceptions are the scenarios in which the model (over the probes' transport)
// and Firefox are known to differ, and why it stays so.
var exceptions = map[string]string{
	"wire/no HTTP":                    http09,
	"wire/header cut":                 http09,
	"wire/preflight is no HTTP":       http09,
	"wire/lower-case http":            http09,
	"wire/ICY":                        "Firefox takes ICY for HTTP; the probes call it no HTTP answer",
	"wire/status line without status": "Firefox takes a status line without a status as 200; the probes call it no HTTP answer",
	"wire/status of two digits":       "Firefox takes any number as a status; the probes want three digits, as RFC 9112 does",
	"wire/bad chunks":                 "Firefox waits for the first chunk before it hands on the response; the model judges the head alone",
	"wire/carriage return in a value": "Firefox drops such a header; the probes read on, as Chromium does",
	"wire/empty answer to a PUT behind a good preflight": "Firefox tries the PUT again, sends nothing more and complains of several Access-Control-Allow-Origin, of which none came; the model says that no answer came",
}

const http09 = "Firefox takes what is no HTTP response for one of HTTP/0.9, a 200 without headers; the probes say that it is none"

// serverReasons are the reason keys that a server can cause: each must occur.
var serverReasons = []string{
	"CORSMissingAllowOrigin", "CORSAllowOriginNotMatchingOrigin", "CORSMultipleAllowOriginNotAllowed", "CORSNotSupportingCredentials", "CORSMissingAllowCredentials",
	"CORSPreflightDidNotSucceed", "CORSExternalRedirectNotAllowed", "CORSInvalidAllowMethod", "CORSInvalidAllowHeader", "CORSMethodNotFound",
	"CORSMissingAllowHeaderFromPreflight", "CORSRequestNotHttp", "CORSDidNotSucceed",
}

// browserPath returns the installed Firefox. Without one the test fails in CI
// and is skipped by name elsewhere.
func browserPath(t testing.TB) string {
	t.Helper()
	return difftest.Installed(t, firefox.Find)
}

// subject compares a Firefox with the model.
func subject(b *firefox.Browser) difftest.Subject {
	return difftest.Subject{
		Name:   "Firefox",
		Engine: fetch.Firefox,
		Conclude: func(ctx context.Context, c exchange.Case) (difftest.Conclusion, string, error) {
			o, err := difftest.FetchIn[*firefox.Observation](ctx, b, c)
			if err != nil {
				return difftest.Conclusion{}, "", err
			}
			out := difftest.Conclusion{Allowed: o.Allowed, Preflight: o.PreflightSent, Readable: o.Readable, Console: sentence(o), Event: o.Event}
			if o.Reason != nil {
				out.Reason = *o.Reason
			}
			return out, o.Note, nil
		},
		Console: func(v fetch.Verdict) string { return v.Console.Firefox },
		Same: func(s string) string {
			return headersKind.ReplaceAllString(opaquePage.ReplaceAllString(s, "at null may"), "Cannot convert …")
		},
		Exceptions: exceptions,
		Tries:      map[string]int{"wire/empty answer": 10, "wire/empty answer to the preflight": 10, "wire/empty answer to a POST": 1, "wire/empty answer to a PUT behind a good preflight": 2},
		Reasons:    serverReasons,
	}
}

// sentence is the one line of the console that tells the reason: of those about
// CORS if there are any, and "did not succeed", which follows on every other, if
// it stands alone. An exception of the script's own is not printed, because the
// script catches it.
func sentence(o *firefox.Observation) string {
	var first, reason, follows string
	for i, line := range o.Console {
		into := &first
		switch key := o.Keys[i]; {
		case strings.HasPrefix(key, "CORSDidNotSucceed"):
			into = &follows
		case strings.HasPrefix(key, "CORS"):
			into = &reason
		}
		*into = cmp.Or(*into, line)
	}
	first = cmp.Or(reason, follows, first)
	if first == "" && o.Exception != "" && !strings.Contains(o.Exception, "NetworkError") {
		return "Uncaught (in promise) " + o.Exception
	}
	return first
}

// What the sentences of Firefox depend on that no case says: the page of the
// opaque origin is named by a random number, and what is wrong in a header is
// told by whether the script gave an object or a list.
var (
	opaquePage  = regexp.MustCompile(`at moz-nullprincipal:\S+ may`)
	headersKind = regexp.MustCompile(`Cannot convert .* to ByteString`)
)

// open starts a Firefox that reaches the server alone.
func open(ctx context.Context, t *testing.T) *firefox.Browser {
	t.Helper()
	b, err := firefox.Open(ctx, browser.Options{Path: browserPath(t), AllowUnsafe: true, Network: difftest.Loopback})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// TestTheModelConcludesWhatFirefoxDoes runs every scenario in one browser
// process and on the model.
func TestTheModelConcludesWhatFirefoxDoes(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	b := open(ctx, t)
	difftest.Compare(ctx, t, difftest.StartServer(t), subject(b), append(difftest.All(), difftest.Random()...))
}

func TestThePreflightCacheIsFirefoxs(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	b := open(ctx, t)
	server, page, api := difftest.Scripted(t)
	run := func(ctx context.Context, c exchange.Case) (bool, error) {
		o, err := b.Fetch(ctx, c)
		if err != nil {
			return false, err
		}
		return o.PreflightSent, nil
	}
	// The first preflights of a new process are sometimes sent twice.
	for range 2 {
		if _, err := run(ctx, exchange.Case{URL: api + "/put/", Origin: page, Method: "PUT"}); err != nil {
			t.Fatal(err)
		}
	}
	difftest.CompareCaches(ctx, t, server, fetch.Firefox, nil, run)
}
