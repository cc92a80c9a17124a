package rich

import (
	"strings"
	"testing"
	"time"
)

func join(ls []Line) string {
	var out []string
	for _, l := range ls {
		out = append(out, l.String())
	}
	return strings.Join(out, "|")
}

func TestWrapBreaksBetweenWordsAndKeepsRoles(t *testing.T) {
	l := L(S(Bad, "BLOCKED at"), " the preflight.")
	got := Wrap(l, 12, 2)
	if join(got) != "BLOCKED at|  the|  preflight." {
		t.Errorf("%q", join(got))
	}
	if got[0][0].Role != Bad || got[2][1].Role != Plain {
		t.Errorf("roles were lost: %v", got)
	}
}

func TestWrapBreaksAWordThatIsLongerThanALine(t *testing.T) {
	if got := join(Wrap(L("see https://api.example.com/v1"), 10, 0)); got != "see|https://ap|i.example.|com/v1" {
		t.Errorf("%q", got)
	}
}

func TestWrapNeverExceedsTheWidthAndLosesNothing(t *testing.T) {
	for _, s := range []string{"", " ", "a", "漢字かな交じり文", "é́́ combining", "one two  three   four", strings.Repeat("x", 99), "  leading", "tail  "} {
		for w := 1; w < 14; w++ {
			for _, hang := range []int{0, 3, 20} {
				ls := Wrap(L(s), w, hang)
				all := ""
				for _, l := range ls {
					if l.Width() > max(w, 2) { // a wide character needs two cells
						t.Fatalf("%q at %d: %q is %d wide", s, w, l.String(), l.Width())
					}
					all += l.String()
				}
				squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
				if squeeze(all) != squeeze(s) {
					t.Fatalf("%q at %d became %q", s, w, all)
				}
			}
		}
	}
}

func TestALineOfAMegabyteIsBrokenAtOnce(t *testing.T) {
	long := strings.Repeat("x漢", 1<<18)
	began := time.Now()
	n := len(Break(long, 70)) + len(Wrap(L(long), 70, 4))
	if took := time.Since(began); n < 20_000 || took > 5*time.Second {
		t.Errorf("%d pieces in %v", n, took)
	}
}

func TestCutMarksTheCut(t *testing.T) {
	l := L("1234", S(Good, "5678"))
	for _, c := range []struct {
		w    int
		want string
	}{{8, "12345678"}, {9, "12345678"}, {7, "123456…"}, {4, "123…"}, {1, "…"}, {0, ""}} {
		if got := l.Cut(c.w).String(); got != c.want {
			t.Errorf("%d: %q", c.w, got)
		}
	}
	if got := L("漢字").Cut(3); got.Width() > 3 {
		t.Errorf("%q is %d wide", got.String(), got.Width())
	}
}

func TestOverLaysABoxInTheMiddle(t *testing.T) {
	base := []Line{L("abcdefgh"), L("ab"), nil}
	got := Over(base, []Line{L("XX"), L("YY"), L("ZZ"), L("out")}, 3, 0)
	if join(got) != "abcXXfgh|ab YY|   ZZ" {
		t.Errorf("%q", join(got))
	}
	if base[0].String() != "abcdefgh" {
		t.Error("the base was changed")
	}
}

func TestSpreadLeavesOutWhatDoesNotFit(t *testing.T) {
	if got := Spread(L("left"), L("right"), 12).String(); got != "left   right" {
		t.Errorf("%q", got)
	}
	if got := Spread(L("left"), L("right"), 9).String(); got != "left" {
		t.Errorf("%q", got)
	}
}

func TestAClickIsFoundByItsCell(t *testing.T) {
	l := L("漢", Span{Text: "go", Click: "there"}, "!")
	for x, want := range []any{nil, nil, "there", "there", nil, nil} {
		if got := l.At(x); got != want {
			t.Errorf("cell %d: %v", x, got)
		}
	}
}

func TestCleanMakesBytesHarmless(t *testing.T) {
	for in, want := range map[string]string{
		"plain ünï 漢":             "plain ünï 漢",
		"\x1b[31mred":             "␛[31mred",
		"a\tb":                    "a    b",
		"a\r\nb":                  "a\nb",
		"bell\a":                  "bell␇",
		"bidi \u202eevil":         "bidi \ufffdevil",
		"c1 \u009b31m":            "c1 \ufffd31m",
		"bad \xff utf8":           "bad \ufffd utf8",
		"zero\u200bwidth":         "zero\ufffdwidth",
		"del\x7f":                 "del␡",
		"line\u2028separator":     "line\ufffdseparator",
		"family \U0001f469\u200d": "family \U0001f469\u200d",
	} {
		if got := CleanString(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := OneLine("a\n  b\tc"); got != "a b c" {
		t.Errorf("%q", got)
	}
}

func TestCleanCopiesDeepAndLeavesTheOriginal(t *testing.T) {
	type inner struct {
		S    string
		when time.Time
	}
	type outer struct {
		P  *inner
		L  []inner
		M  map[string]string
		B  []byte
		At time.Time
		N  *inner
	}
	type texts struct {
		Body *string
		Name string
	}
	two := "a\nb"
	if got := Clean(texts{&two, two}); *got.Body != two || got.Name != "a b" {
		t.Errorf("line breaks: %q, %q", *got.Body, got.Name)
	}
	now := time.Now()
	in := outer{P: &inner{"\x1bp", now}, L: []inner{{"\x1bl", now}}, M: map[string]string{"\x1bk": "\x1bv"}, B: []byte("\x1b"), At: now}
	out := Clean(in)
	if out.P.S != "␛p" || out.L[0].S != "␛l" || out.M["␛k"] != "␛v" || string(out.B) != "\x1b" || !out.At.Equal(now) || !out.L[0].when.Equal(now) || out.N != nil {
		t.Errorf("%+v", out)
	}
	if in.P.S != "\x1bp" || in.L[0].S != "\x1bl" {
		t.Error("the original was changed")
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("BLOCKED at the preflight. Cloudflare Access refused it", 12, 3)
	f.Add("漢字 \x1b[0m\u202e", 1, 0)
	f.Fuzz(func(t *testing.T, s string, w, hang int) {
		if w < 2 || w > 200 || hang < 0 || hang > 50 {
			return
		}
		s = OneLine(s)
		for _, l := range Wrap(L(s), w, hang) {
			if n := l.Width(); n > w {
				t.Fatalf("%q at %d: %d cells in %q", s, w, n, l.String())
			}
		}
		if n := L(s).Cut(w).Width(); n > w {
			t.Fatalf("%q cut at %d: %d cells", s, w, n)
		}
	})
}

func FuzzCleanString(f *testing.F) {
	f.Add("\x1b]0;title\a")
	f.Add("\u009d52;c;\u009c\u202e")
	f.Fuzz(func(t *testing.T, s string) {
		c := CleanString(s)
		for _, r := range c {
			if r < 0x20 && r != '\n' || r == 0x7f || r >= 0x80 && r < 0xa0 {
				t.Fatalf("%q keeps %q", c, r)
			}
		}
		if CleanString(c) != c {
			t.Fatalf("%q is not clean after cleaning", c)
		}
	})
}
