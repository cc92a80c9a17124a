//go:build unix

package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"image/color"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// TestPictures draws the main screens as SVG from the frames of the real program
// on the lab. `make pictures` writes them into docs; without CORSTUI_PICTURES
// they go to a folder that is thrown away.
func TestPictures(t *testing.T) {
	dir := os.Getenv("CORSTUI_PICTURES")
	if dir == "" {
		dir = t.TempDir()
	}
	for _, shot := range []struct {
		name, title string
		args        []string
		keys        []string
		shows       string
	}{
		{"walk", "The walk: a preflight that Cloudflare Access refuses", []string{"--lab", "access-preflight"}, nil, "BLOCKED at the preflight."},
		{"fix", "The fix, for the layer that answered", []string{"--lab", "access-preflight"}, []string{"f"}, "Who can do this"},
		{"evidence", "The evidence", []string{"--lab", "access-preflight"}, []string{"enter"}, "cf-access-aud"},
		{"allowed", "Nothing is wrong from here: what may differ", []string{"--lab", "all-right"}, []string{"f"}, "ALLOWED from here"},
		{"tour", "The tour", []string{"tour"}, nil, "lesson"},
	} {
		t.Run(shot.name, func(t *testing.T) {
			p := inTerminal(t, 100, 30, append(shot.args, "--no-history", "--no-anim")...)
			if len(shot.keys) > 0 {
				p.shows("? help")
				time.Sleep(500 * time.Millisecond) // the run comes to its end
				p.press(shot.keys...)
			}
			p.shows(shot.shows)
			time.Sleep(200 * time.Millisecond) // the last repaint
			p.mu.Lock()
			picture := svg(p.screen, shot.title)
			p.mu.Unlock()
			for d := xml.NewDecoder(strings.NewReader(picture)); ; {
				if _, err := d.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("not well-formed: %v", err)
				}
			}
			if err := os.MkdirAll(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, shot.name+".svg"), []byte(picture), 0o644); err != nil {
				t.Fatal(err)
			}
			p.press("\x03")
			p.ends()
		})
	}
}

// The cell of a picture, in pixels, and its colours.
const (
	cellWidth, cellHeight = 8.4, 18.0
	background            = "#16181d"
	foreground            = "#d6d9e0"
)

// palette are the 16 ANSI colours of the pictures.
var palette = [16]string{
	"#3b4048", "#f2777a", "#8bc98b", "#e6c06a", "#7aa6da", "#c39ac9", "#70c0ba", "#c5c8c6",
	"#7f848e", "#ff8b8e", "#a5e0a5", "#ffd98a", "#94c3f5", "#dcb6e2", "#8edcd6", "#ffffff",
}

// svg draws a terminal's screen.
func svg(screen *vt.Emulator, title string) string {
	w, h := screen.Width(), screen.Height()
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" role="img"><title>%s</title>`+"\n",
		float64(w)*cellWidth+24, float64(h)*cellHeight+24, html.EscapeString(title))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" rx="8" fill="%s"/><g font-family="ui-monospace,'DejaVu Sans Mono',Menlo,Consolas,monospace" font-size="14" fill="%s" xml:space="preserve">`+"\n", background, foreground)
	for y := range h {
		for x := 0; x < w; {
			c := screen.CellAt(x, y)
			if c == nil || c.Content == "" || c.Content == " " {
				x++
				continue
			}
			// A run of cells of one style is one text.
			start, text := x, ""
			for x < w {
				n := screen.CellAt(x, y)
				if n == nil || n.Content == "" || !n.Style.Equal(&c.Style) || (n.Content == " " && text == "") {
					break
				}
				text += n.Content
				x += max(1, n.Width)
			}
			fill, attrs := hex(c.Style.Fg), ""
			if c.Style.Attrs&1 != 0 {
				attrs += ` font-weight="bold"`
			}
			if c.Style.Attrs&2 != 0 {
				attrs += ` opacity="0.65"`
			}
			if c.Style.Attrs&(1<<5) != 0 { // reverse
				fmt.Fprintf(&b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill="%s"/>`, 12+float64(start)*cellWidth, 12+float64(y)*cellHeight, float64(x-start)*cellWidth, cellHeight, or(fill, foreground))
				fill = background
			}
			if fill != "" {
				attrs += fmt.Sprintf(` fill="%s"`, fill)
			}
			fmt.Fprintf(&b, `<text x="%.1f" y="%.1f" textLength="%.1f"%s>%s</text>`+"\n", 12+float64(start)*cellWidth, 12+float64(y)*cellHeight+13.5, float64(x-start)*cellWidth, attrs, html.EscapeString(strings.TrimRight(text, " ")))
		}
	}
	b.WriteString("</g></svg>\n")
	return b.String()
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// hex is a colour as SVG writes it; empty for the terminal's own.
func hex(c color.Color) string {
	switch c := c.(type) {
	case nil:
		return ""
	case ansi.BasicColor:
		return palette[c&15]
	case ansi.IndexedColor:
		if c < 16 {
			return palette[c]
		}
	}
	r, g, b, _ := c.RGBA()
	return fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}
