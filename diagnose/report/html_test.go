package report

import (
	"regexp"
	"strings"
	"testing"
)

// Whatever stands in a report stays text on the page.
func TestNothingOfAReportIsMarkupOnThePage(t *testing.T) {
	out, err := AsHTML(filled(`"><script>alert(1)</script>'x=`))
	if err != nil {
		t.Fatal(err)
	}
	page := string(out)
	for _, bad := range []string{"<script", `="">`, `"x=`, "'x="} {
		if i := strings.Index(page, bad); i >= 0 {
			t.Errorf("%q stands in the page: …%.80s", bad, page[max(0, i-40):])
		}
	}
	for _, tag := range regexp.MustCompile(`<([a-z0-9]+)[ >]`).FindAllStringSubmatch(page, -1) {
		if strings.Count(page, "<"+tag[1]+">")+strings.Count(page, "<"+tag[1]+" ") != strings.Count(page, "</"+tag[1]+">") &&
			!strings.Contains(" meta br line rect ", " "+tag[1]+" ") {
			t.Errorf("<%s> is not closed", tag[1])
		}
	}
	if strings.Count(page, "&lt;script&gt;") < 30 {
		t.Error("the report's texts are missing from the page")
	}
}
