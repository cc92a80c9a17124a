package ui

import (
	"encoding/json"
	"strings"
	"testing"

	"corstui/diagnose"
)

// ofCompany is a report about hosts that tell whose they are.
func ofCompany(t *testing.T, r diagnose.Report) func() diagnose.Report {
	t.Helper()
	b, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("team.cloudflareaccess.com", "acmebank.cloudflareaccess.com", "example.com", "acmebank.ch").Replace(string(b))
	return func() diagnose.Report {
		var out diagnose.Report
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			panic(err)
		}
		return out
	}
}

// On every screen at every size: no part of the name is left, and nothing else
// moves.
func TestHiddenNamesAreOnNoScreen(t *testing.T) {
	for _, p := range places {
		if p.fixture == "start" || p.fixture == "tour" {
			continue
		}
		for _, size := range sizes {
			f := newFake(p.fixture)
			f.report = ofCompany(t, f.report())
			c := f.report().Case
			d := drive(t, f, Options{Case: &c}, size[0], size[1])
			d.keys(p.keys...)
			d.m.toast = toastMsg{}
			shown := strings.Split(d.frame(), "\n")
			d.m.hidden = true
			d.fits(p.name)
			hidden := strings.Split(d.frame(), "\n")
			for _, part := range []string{"acmebank", "acmeb", "acme", "ebank", "bank.ch"} {
				if strings.Contains(strings.ToLower(strings.Join(hidden, "\n")), part) {
					t.Errorf("%s at %d×%d shows %q:\n%s", p.name, size[0], size[1], part, d.frame())
					break
				}
			}
			for i := range shown[:len(shown)-1] { // the footer says that names are hidden
				if len([]rune(shown[i])) != len([]rune(hidden[i])) {
					t.Errorf("%s: line %d moved:\n%s\n%s", p.name, i+1, shown[i], hidden[i])
				}
			}
		}
	}
}

func TestAKeyHidesTheNamesAndTheFooterSaysSo(t *testing.T) {
	f := newFake("access-preflight")
	f.report = ofCompany(t, accessPreflight())
	c := f.report().Case
	d := drive(t, f, Options{Case: &c}, 80, 24)
	d.wants("api.acmebank.ch")
	d.lacks("names hidden")
	d.keys("ctrl+n", "left")
	d.wants("names hidden", "api.examplex.ch", "https://app.examplex.ch")
	d.lacks("acmebank")
	d.keys("y")
	d.keys("f", "tab", "y")
	if !strings.Contains(f.clipboard(), "https://app.acmebank.ch") {
		t.Error("what is copied has lost the names")
	}
	d.keys("ctrl+n", "esc")
	d.wants("api.acmebank.ch")
	d.lacks("names hidden")
}

func TestStandInsKeepTheLength(t *testing.T) {
	for in, want := range map[string]string{
		"api.acmebank.ch": "api.examplex.ch", "acme.co.uk": "exam.co.uk", "billing.corp.acme.dev": "example.exam.exam.dev",
		"10.20.30.4": "00.00.00.0", "127.0.0.1": "127.0.0.1", "localhost": "localhost", "api.example.com": "api.example.com",
	} {
		if got := standIn(in); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}

func TestThePasteIsHiddenToo(t *testing.T) {
	d := drive(t, newFake("access-preflight"), Options{}, 60, 16)
	d.keys("paste:https://billing-and-invoices.acmebank.ch/v1/items", "ctrl+n", "down")
	d.wants("names hidden", "https://examplexxxxxxxxxxxxx.examplex.ch/v1/items")
	d.lacks("acmebank", "billing")
}

func TestNamesThatNobodyOwnsStay(t *testing.T) {
	d := newDisguise([]string{"waf-block.api.example.com", "shop.localhost", "api.test", "api.acme.example.net", "api.acme.dev"})
	for _, n := range d.names {
		if !strings.HasSuffix(string(n), "acme.dev") {
			t.Errorf("%s is hidden", string(n))
		}
	}
	if len(d.names) != 2 {
		t.Errorf("%d names are hidden, want api.acme.dev and acme.dev", len(d.names))
	}
}
