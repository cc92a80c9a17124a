package answer

import (
	"os"
	"strings"
	"testing"
)

// report is an answer as somebody pasted it into a forum, an issue or a page.
type report struct {
	name  string
	label Layer
	alone string // "yes", "partly" or "no": can it be told from the text?
	o     ParseOptions
	text  string
}

func reports(t testing.TB) []report {
	t.Helper()
	b, err := os.ReadFile("testdata/field.txt")
	if err != nil {
		t.Fatal(err)
	}
	var out []report
	for i, part := range strings.Split("\n"+string(b), "\n=== ") {
		if i == 0 {
			continue // what the file says of itself
		}
		head, text, _ := strings.Cut(part, "\n")
		f := strings.Split(head, " | ")
		if len(f) != 5 {
			t.Fatalf("case %q has %d fields, want 5", head, len(f))
		}
		r := report{name: f[0], label: Layer(f[1]), alone: f[2], text: text + "\n"}
		if f[3] != "-" {
			r.o.Method, r.o.URL, _ = strings.Cut(f[3], " ")
		}
		out = append(out, r)
	}
	if len(out) < 90 {
		t.Fatalf("testdata holds %d reports, want all of them", len(out))
	}
	return out
}

// Every shape in which people pasted an answer is read; no certain answer is
// wrong, and what can be told from the text is told.
func TestPastedAnswersAreReadAndGetTheirLayer(t *testing.T) {
	matrix := map[[2]Layer]int{}
	for _, r := range reports(t) {
		t.Run(r.name, func(t *testing.T) {
			xs, err := ParseResponses(r.text, r.o)
			if err != nil {
				t.Fatal(err)
			}
			x := xs[len(xs)-1]
			a := Of(x)
			checkAnswer(t, a)
			matrix[[2]Layer{r.label, a.Layer}]++
			switch {
			case x.Response == nil || x.Response.Status == 0 && r.name != "akamai-403-headers":
				t.Errorf("no status was read: %+v", x.Response)
			case a.Confidence == Certain && (a.Layer != r.label || r.alone == "no"):
				t.Errorf("certain of %s, was %s: %v", a.Layer, r.label, a.Evidence)
			case r.alone != "no" && a.Layer != r.label:
				t.Errorf("%s %s, was %s: %v", a.Confidence, a.Layer, r.label, a.Evidence)
			}
		})
	}
	t.Logf("rows: who it was; columns: what was said\n%s", confusion(matrix))
}

// What stands around a transcript is no part of it.
func TestWhatStandsAroundATranscriptIsTakenAway(t *testing.T) {
	const plain = "> GET /v1 HTTP/2\n> Host: api.example.com\n> \n< HTTP/2 403 \n< server: cloudflare\n< cf-ray: 8af61faa6fd130d1-SEA\n< \nerror code: 1020"
	marked := func(mark string) string {
		return mark + strings.ReplaceAll(plain, "\n", "\n"+mark)
	}
	meter := "  0     0    0     0    0     0      0      0 --:--:-- --:--:-- --:--:--     0"
	for name, text := range map[string]string{
		"as it is":             plain,
		"a comment":            marked("# "),
		"a comment of C":       marked("// "),
		"a quotation":          marked("> "),
		"marks without blank":  marked(">"),
		"an indentation":       marked("    "),
		"tabs":                 marked("\t"),
		"a logger's name":      marked("[fetch] "),
		"a counter":            marked("1 "),
		"the progress meter":   strings.Replace(plain, "< HTTP/2", meter+"< HTTP/2", 1),
		"the meter, quoted":    strings.Replace(marked("> "), "> < HTTP/2", "> "+meter+"< HTTP/2", 1),
		"without the version":  strings.Replace(plain, "< HTTP/2 403 ", "< 403 Forbidden", 1),
		"without the last <":   strings.Replace(plain, "< \nerror", "\nerror", 1),
		"zsh's mark":           plain + "%",
		"a prompt behind it":   plain + "me@laptop:~/api$ ",
		"a prompt below it":    plain + "\nme@laptop:~/api$ ",
		"the time that it had": plain + "\n\nreal\t0m0.230s\nuser\t0m0.016s\nsys\t0m0.010s\n",
		"a prompt in brackets": "[me@host ~]$ curl -v https://api.example.com/v1\n" + plain,
	} {
		t.Run(name, func(t *testing.T) {
			xs, err := ParseResponses(text, ParseOptions{})
			if err != nil || len(xs) != 1 {
				t.Fatalf("%d responses, %v", len(xs), err)
			}
			x := xs[0]
			if x.Request.URL != "https://api.example.com/v1" || x.Response.Status != 403 || len(x.Response.Headers) != 2 || strings.TrimSpace(x.Response.Body) != "error code: 1020" {
				t.Errorf("%s, %d, %v, body %q", x.Request.URL, x.Response.Status, x.Response.Headers, x.Response.Body)
			}
		})
	}
	// What only looks like it stays.
	for _, body := range []string{"100 %\n", "<p>done</p>\n", "name: a@b:c\n", "real 5\n"} {
		xs, err := ParseResponses("HTTP/2 200\ndate: x\n\n"+body, ParseOptions{})
		if err != nil || xs[0].Response.Body != body {
			t.Errorf("body %q, %v; want %q", xs[0].Response.Body, err, body)
		}
	}
}
