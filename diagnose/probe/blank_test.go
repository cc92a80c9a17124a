package probe

import "testing"

func TestABlankBeforeTheColonIsKeptForCORS(t *testing.T) {
	hs := fields("\r\nAccess-Control-Allow-Origin : *\r\nETag : x\r\nVary\t: Origin\r\n\r\n")
	want := []string{"Access-Control-Allow-Origin ", "ETag", "Vary"}
	for i, name := range want {
		if i >= len(hs) || hs[i].Name != name {
			t.Fatalf("got %q, want the names %q", hs, want)
		}
	}
}
