package report_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"testing"
	"unicode/utf16"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/report"
)

// What a shell wrote into a file opens, whatever the shell made of it.
func TestAReportOpensInEveryEncodingThatShellsWrite(t *testing.T) {
	b, err := report.AsJSON(diagnose.Failed(exchange.Case{URL: "https://api.example.com/\u00fc\U0001f98a"}, errors.New("no options")))
	if err != nil {
		t.Fatal(err)
	}
	units := utf16.Encode([]rune("\ufeff" + string(b)))
	little, _ := binary.Append(nil, binary.LittleEndian, units)
	big, _ := binary.Append(nil, binary.BigEndian, units)
	for name, in := range map[string][]byte{
		"plain": b, "with a mark": append([]byte("\ufeff"), b...), "UTF-16, little": little, "UTF-16, big": big,
		"with CR LF": []byte(strings.ReplaceAll(string(b), "\n", "\r\n")),
	} {
		r, err := report.Read(in)
		if err != nil || r.Case.URL != "https://api.example.com/\u00fc\U0001f98a" {
			t.Errorf("%s: %q, %v", name, r.Case.URL, err)
		}
	}
}

func TestWhatIsNoReportIsRefusedInPlainWords(t *testing.T) {
	for in, want := range map[string]string{
		`[]`: "a JSON array stands", `{"schema":1,"steps":7}`: "(steps)", `{}`: "schema 0", "\xff\xfe": "unexpected end", ``: "unexpected end",
	} {
		_, err := report.Read([]byte(in))
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%q: %v, want %q", in, err, want)
		}
	}
}
