package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// release is what of .goreleaser.yaml says what a release holds.
type release struct {
	Before struct{ Hooks []string }
	Builds []struct {
		Main, Binary string
		Env, Flags   []string
		LDFlags      []string `yaml:"ldflags"`
		GOOS, GOARCH []string
	}
	Archives []struct {
		Formats   []string
		Overrides []struct {
			GOOS    string
			Formats []string
		} `yaml:"format_overrides"`
		Files []any
	}
	NFPMs []struct {
		License, Maintainer, Description string
		Formats                          []string
		Contents                         []struct{ Src, Dst string }
	} `yaml:"nfpms"`
	Casks []struct {
		Name        string
		Completions map[string]string
		Manpages    []string
	} `yaml:"homebrew_casks"`
	Scoops   []struct{ Name, License string }
	Checksum struct {
		Name string `yaml:"name_template"`
	}
	SBOMs []struct {
		Artifacts, Cmd string
		Args           []string
	} `yaml:"sboms"`
}

func readRelease(t *testing.T) release {
	t.Helper()
	f, err := os.Open("../../.goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r release
	if err := yaml.NewDecoder(f).Decode(&r); err != nil {
		t.Fatal(err)
	}
	if len(r.Builds) != 1 || len(r.Archives) != 1 || len(r.NFPMs) != 1 || len(r.Casks) != 1 || len(r.Scoops) != 1 || len(r.SBOMs) != 1 {
		t.Fatalf("%d builds, %d archives, %d packages, %d casks, %d scoops, %d SBOMs; want one of each",
			len(r.Builds), len(r.Archives), len(r.NFPMs), len(r.Casks), len(r.Scoops), len(r.SBOMs))
	}
	return r
}

// holds fails unless a list has all of these.
func holds(t *testing.T, what string, list []string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !slices.Contains(list, w) {
			t.Errorf("%s: %q lacks %s", what, list, w)
		}
	}
}

func TestAReleaseIsForEverySystem(t *testing.T) {
	r := readRelease(t)
	holds(t, "systems", r.Builds[0].GOOS, "linux", "darwin", "windows")
	holds(t, "processors", r.Builds[0].GOARCH, "amd64", "arm64")
	holds(t, "environment", r.Builds[0].Env, "CGO_ENABLED=0")
	for _, v := range []string{"main.version=", "main.commit=", "main.date="} {
		if !strings.Contains(strings.Join(r.Builds[0].LDFlags, " "), "-X "+v) {
			t.Errorf("the builds do not set %s", v)
		}
	}
	holds(t, "packages", r.NFPMs[0].Formats, "deb", "rpm", "apk")
	holds(t, "archives", r.Archives[0].Formats, "tar.gz")
	if o := r.Archives[0].Overrides; len(o) != 1 || o[0].GOOS != "windows" || !slices.Equal(o[0].Formats, []string{"zip"}) {
		t.Errorf("archives for Windows: %+v", o)
	}
	if r.Casks[0].Name != "corstui" || r.Scoops[0].Name != "corstui" {
		t.Errorf("Homebrew %q, Scoop %q", r.Casks[0].Name, r.Scoops[0].Name)
	}
	if r.NFPMs[0].License == "" || r.NFPMs[0].License != r.Scoops[0].License || r.NFPMs[0].Maintainer == "" || r.NFPMs[0].Description == "" {
		t.Errorf("packages: %+v", r.NFPMs[0])
	}
	if r.Checksum.Name != "checksums.txt" {
		t.Errorf("checksums in %q", r.Checksum.Name)
	}
	if s := r.SBOMs[0]; s.Artifacts != "binary" || s.Cmd == "" || !slices.Contains(s.Args, "$document") {
		t.Errorf("SBOM: %+v", s)
	}
}

// What the program writes of itself is made when a release is, and comes with
// every archive and package.
func TestAReleaseBringsCompletionsAndManPages(t *testing.T) {
	r := readRelease(t)
	hooks := strings.Join(r.Before.Hooks, "\n")
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if !strings.Contains(hooks, shell) {
			t.Errorf("no completions for %s are made: %s", shell, hooks)
		}
		o := runProgram(t, "", nil, "completion", shell)
		if o.code != 0 || !strings.Contains(o.out, "corstui") || o.errors != "" {
			t.Errorf("completion %s: exit %d, %d bytes, %q", shell, o.code, len(o.out), o.errors)
		}
	}
	for _, made := range []string{".cache/release/completions/corstui.$s", "man .cache/release/man"} {
		if !strings.Contains(hooks, made) {
			t.Errorf("nothing makes %s: %s", made, hooks)
		}
	}
	inArchive := map[string]string{}
	for _, f := range r.Archives[0].Files {
		if m, ok := f.(map[string]any); ok {
			inArchive[m["src"].(string)] = m["dst"].(string)
		}
	}
	if inArchive[".cache/release/completions/*"] != "completions" || inArchive[".cache/release/man/*"] != "man" {
		t.Errorf("archives hold %q", inArchive)
	}
	inPackage := map[string]string{}
	for _, c := range r.NFPMs[0].Contents {
		inPackage[c.Src] = c.Dst
	}
	for src, dst := range map[string]string{
		".cache/release/completions/corstui.bash": "/usr/share/bash-completion/completions/corstui",
		".cache/release/completions/corstui.zsh":  "/usr/share/zsh/site-functions/_corstui",
		".cache/release/completions/corstui.fish": "/usr/share/fish/vendor_completions.d/corstui.fish",
		".cache/release/man/*.1":                  "/usr/share/man/man1/",
	} {
		if inPackage[src] != dst {
			t.Errorf("packages have %s at %q, want %s", src, inPackage[src], dst)
		}
	}
	for _, shell := range []string{"bash", "zsh", "fish"} {
		if got := r.Casks[0].Completions[shell]; got != "completions/corstui."+shell {
			t.Errorf("Homebrew takes %s's completions from %q", shell, got)
		}
	}
	// A page for each command.
	want := []string{"man/corstui.1"}
	root := newRoot(stdio{})
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() && c.Name() != "completion" {
			want = append(want, "man/corstui-"+c.Name()+".1")
		}
	}
	got := slices.Sorted(slices.Values(r.Casks[0].Manpages))
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("Homebrew's man pages:\n%q, want\n%q", got, want)
	}
}
