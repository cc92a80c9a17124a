package diagnose

import (
	"testing"

	"corstui/diagnose/fetch"
)

// The verdicts of browser and model agree on what any browser decides alike; the
// names of reasons are compared only where both speak of the same engine.
func TestABrowserAgreesByTheNamesOfItsOwnEngine(t *testing.T) {
	chromes, firefoxes := "MissingAllowOriginHeader", "CORSMissingAllowOrigin"
	for _, tt := range []struct {
		name, product string
		engine        fetch.Engine
		model, real   *string
		preflight     bool
		want          bool
	}{
		{"Chrome, same reason", "Chrome/156", fetch.Chromium, &chromes, &chromes, true, true},
		{"Edge, same reason", "Edg/156", fetch.Chromium, &chromes, &chromes, true, true},
		{"Chrome, another reason", "Chrome/156", fetch.Chromium, &chromes, &firefoxes, true, false},
		{"Chrome, no reason", "Chrome/156", fetch.Chromium, &chromes, nil, true, false},
		{"Chrome beside another engine's verdict", "Chrome/156", fetch.WebKit, &firefoxes, &chromes, true, true},
		{"Firefox, same reason", "Firefox/153.7.0", fetch.Firefox, &firefoxes, &firefoxes, true, true},
		{"Firefox, another reason", "Firefox/153.7.0", fetch.Firefox, &chromes, &firefoxes, true, false},
		{"Firefox beside Chromium's verdict", "Firefox/153.7.0", fetch.Chromium, &chromes, &firefoxes, true, true},
		{"another preflight", "Chrome/156", fetch.Chromium, &chromes, &chromes, false, false},
	} {
		v := fetch.Verdict{Reason: tt.model, PreflightSent: true}
		b := &BrowserVerdict{Product: tt.product, Reason: tt.real, PreflightSent: tt.preflight}
		if got := b.agrees(tt.engine, v); got != tt.want {
			t.Errorf("%s: agrees = %t", tt.name, got)
		}
	}
}
