package answer

import (
	"strings"
	"testing"
)

func BenchmarkOf(b *testing.B) {
	cs := captures(b)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		Of(cs[i%len(cs)].exchange())
	}
}

// A page of the size that the transport keeps, with nothing in it that decides.
func BenchmarkOfLargePage(b *testing.B) {
	x := got("GET", api, "403\nCF\ncontent-type: text/html", strings.Repeat("<p>error is not an <b>error</b> here</p>\n", 8000))
	b.ReportAllocs()
	for b.Loop() {
		Of(x)
	}
}

func BenchmarkParseResponses(b *testing.B) {
	cs := captures(b)
	for i := 0; b.Loop(); i++ {
		if _, err := ParseResponses(cs[i%len(cs)].curl(), ParseOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
