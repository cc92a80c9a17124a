package chrome_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// exceptions are the scenarios in which the model (over the probes' transport)
// and Chromium are known to differ, and why it stays so.
var exceptions = map[string]string{
	"stream/to the page's own origin": "the probes learn from the answer that it came over HTTP/1, where Chromium does not send; the verdict is the same",
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

// fieldNamed is the part of a sentence that names one of the headers that are
// not allowed. Chromium picks it by the order of an internal hash.
var fieldNamed = regexp.MustCompile(`Request header field \S+ is`)

// chromium compares a browser with the model.
func chromium(b *chrome.Browser) difftest.Subject {
	aboutCORS := func(s string) string {
		if strings.HasPrefix(s, "Access to ") {
			return s
		}
		return ""
	}
	return difftest.Subject{
		Name: "Chromium",
		Conclude: func(ctx context.Context, c exchange.Case) (difftest.Conclusion, string, error) {
			o, err := difftest.FetchIn[*chrome.Observation](ctx, b, c)
			if err != nil {
				return difftest.Conclusion{}, "", err
			}
			out := difftest.Conclusion{Allowed: o.Allowed, Preflight: o.PreflightSent, Readable: o.Readable, Event: o.Event}
			for _, line := range o.Console {
				if s := aboutCORS(line); s != "" {
					out.Console = s
				}
			}
			if o.Reason != nil {
				out.Reason = *o.Reason
			}
			return out, o.Note, nil
		},
		Console:    func(v fetch.Verdict) string { return aboutCORS(v.Console.Chromium) },
		Same:       func(s string) string { return fieldNamed.ReplaceAllString(s, "Request header field … is") },
		Exceptions: exceptions,
		Tries:      map[string]int{"wire/empty answer": 1, "wire/empty answer to the preflight": 1, "wire/empty answer to a POST": 1, "wire/empty answer to a PUT behind a good preflight": 2},
		Reasons:    serverErrors,
	}
}

// TestTheModelConcludesWhatChromiumDoes runs every scenario in one browser
// process and on the model.
func TestTheModelConcludesWhatChromiumDoes(t *testing.T) {
	path := browserPath(t)
	server := difftest.StartServer(t)
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	b, err := chrome.Open(ctx, chrome.Options{Path: path, AllowUnsafe: true, Network: difftest.Loopback})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	all := append(difftest.All(), difftest.Random()...)
	difftest.Compare(ctx, t, server, chromium(b), all)
	if share := float64(len(exceptions)) / float64(len(all)); share > 0.01 {
		t.Errorf("%d exceptions in %d scenarios are more than one in a hundred", len(exceptions), len(all))
	}
}
