package fetch

import (
	"sort"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

func TestPublicSuffixListIsSorted(t *testing.T) {
	rules := strings.Split(strings.TrimSuffix(publicSuffixes(), "\n"), "\n")
	if len(rules) < 9000 || !sort.StringsAreSorted(rules) {
		t.Fatalf("%d rules, sorted %t", len(rules), sort.StringsAreSorted(rules))
	}
}

// Every rule, and a name above and below it, has the suffix that
// golang.org/x/net/publicsuffix finds.
func TestPublicSuffix(t *testing.T) {
	hosts := []string{"localhost", "a", "unknown-tld-zz", "a.unknown-tld-zz", "b.a.unknown-tld-zz", "www.ck", "a.ck", "b.a.ck", "city.kawasaki.jp", "a.b.kawasaki.jp"}
	for _, r := range strings.Fields(publicSuffixes()) {
		name := strings.TrimPrefix(strings.TrimPrefix(r, "!"), "*.")
		hosts = append(hosts, name, "x."+name, "y.x."+name)
	}
	for _, h := range hosts {
		want, _ := publicsuffix.PublicSuffix(h)
		if got := publicSuffix(h); got != want {
			t.Errorf("publicSuffix(%s) = %s, want %s", h, got, want)
		}
	}
}
