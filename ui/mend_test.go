package ui

import (
	"strings"
	"testing"

	"corstui/ui/rich"
)

// From the fix to a mended file of one's own; nothing is written before a yes.
func TestAFileIsMendedAfterAYes(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("f", "m")
	d.wants("for CORS only") // the first tab is a setting of Access
	d.keys("tab", "tab", "tab", "m")
	d.wants("Mend a file of your own")
	d.keys("text:conf/nginx.conf", "enter")
	d.wants("conf/nginx.conf:2:5", "credentials are allowed", "A browser refuses *", "note the file it includes", "@@ -1,3 +1,4 @@")
	d.keys("w")
	d.wants("Write the correction?", ".bak")
	d.keys("n")
	if len(d.f.mended) != 0 {
		t.Fatal("the file was written after a no")
	}
	d.keys("w", "y")
	if len(d.f.mended) != 1 || d.f.mended[0] != "conf/nginx.conf" {
		t.Fatalf("mended %q", d.f.mended)
	}
	d.keys("g")
	d.wants("wrote conf/nginx.conf; as it was: conf/nginx.conf.bak", "nginx -t accepts it", "As it was before")
	d.keys("w")
	d.wants("written already")
	d.keys("y")
	if d.f.clipboard() != mendDiff {
		t.Errorf("the clipboard holds %q", d.f.clipboard())
	}
}

func TestAFileThatCannotBeReadLeadsToAnother(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.keys("f", "tab", "m", "text:/etc", "enter")
	d.wants("/etc: is no file", "m other file")
	d.keys("m", "ctrl+u", "text:nginx.conf", "enter")
	d.wants("nginx.conf:2:5")
	d.keys("esc")
	d.wants("Who can do this")
}

func TestFilesNearByAreOffered(t *testing.T) {
	d := walked(t, "access-preflight", 80, 24)
	d.f.near = []string{"deploy/nginx.conf", "server.mjs"}
	d.keys("f", "tab", "m")
	d.wants("Which file of your own?", "deploy/nginx.conf", "server.mjs", "another file")
	d.keys("enter")
	d.wants("deploy/nginx.conf:2:5")
	d.keys("m", "up", "down", "down", "enter")
	d.wants("Mend a file of your own", "deploy/nginx.conf")
	d.keys("ctrl+u", "text:other/nginx.conf", "enter")
	d.wants("other/nginx.conf:2:5")
	d.keys("esc")
	d.wants("Who can do this")
}

func TestADiffIsColouredByWhatItsLinesDo(t *testing.T) {
	roles := map[string]rich.Role{}
	for _, l := range unifiedLines(mendDiff, 200) {
		roles[l.String()] = l[0].Role
	}
	for line, want := range map[string]rich.Role{
		"--- a/nginx.conf": rich.Strong, "+++ b/nginx.conf": rich.Strong, "@@ -1,3 +1,4 @@": rich.Accent, " server {": rich.Plain,
		"-    add_header Access-Control-Allow-Origin *;": rich.Removed, "+    add_header Vary Origin always;": rich.Added,
	} {
		if got, ok := roles[line]; !ok || got != want {
			t.Errorf("%q has role %d, want %d", line, got, want)
		}
	}
	long := "+" + strings.Repeat("x", 100)
	if n := len(unifiedLines(long+"\n", 40)); n != 3 {
		t.Errorf("a long line takes %d lines; nothing of it may be hidden", n)
	}
}

func TestPlainMendsAFileAfterAYes(t *testing.T) {
	f := newFake("access-preflight")
	c := f.report().Case
	out := plainly(t, f, Options{Case: &c}, "2", "4", "", "nginx.conf", "1", "2", "4", "", "nginx.conf", "2", "8")
	if len(f.mended) != 1 {
		t.Errorf("%d files were written, want the one after the yes", len(f.mended))
	}
	for _, want := range []string{"nginx.conf:2:5, error: Access-Control-Allow-Origin is *", "Note: the file it includes", "+    add_header Vary Origin always;", "as it was: nginx.conf.bak"} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
}
