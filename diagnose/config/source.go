package config

import (
	"cmp"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"
)

// source is the text of one file, and where its lines begin.
type source struct {
	name  string
	text  string
	lines []int // offset of each line's first byte
}

func newSource(name string, content []byte) *source {
	s := &source{name: name, text: string(content), lines: []int{0}}
	for i := 0; i < len(s.text); i++ {
		if s.text[i] == '\n' {
			s.lines = append(s.lines, i+1)
		}
	}
	return s
}

// position turns an offset into line and column.
func (s *source) position(off int) Position {
	off = min(max(off, 0), len(s.text))
	line := s.line(off)
	return Position{File: s.name, Line: line + 1, Column: utf8.RuneCountInString(s.text[s.lines[line]:off]) + 1}
}

// line is the number of the line that an offset is in, from 0.
func (s *source) line(off int) int {
	i, found := slices.BinarySearch(s.lines, off)
	if !found {
		i--
	}
	return i
}

// lineStart and lineEnd bound the line of an offset; the end is after its line
// break.
func (s *source) lineStart(off int) int { return s.lines[s.line(off)] }

func (s *source) lineEnd(off int) int {
	if n := s.line(off) + 1; n < len(s.lines) {
		return s.lines[n]
	}
	return len(s.text)
}

// indent is the white space that the line of an offset begins with.
func (s *source) indent(off int) string {
	line := s.text[s.lineStart(off):s.lineEnd(off)]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// newline is the line break that the file uses.
func (s *source) newline() string {
	if i := strings.IndexByte(s.text, '\n'); i > 0 && s.text[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// alone says whether nothing but white space shares the lines of a range, and
// returns the range of these whole lines.
func (s *source) alone(start, end int) (int, int, bool) {
	a, b := s.lineStart(start), s.lineEnd(max(start, end-1))
	ok := strings.TrimSpace(s.text[a:start]) == "" && strings.TrimSpace(s.text[end:b]) == ""
	return a, b, ok
}

// edit replaces the bytes from start to end.
type edit struct {
	start, end int
	text       string
}

// apply makes edits, which must not overlap. Edits at one place are made in the
// order in which they were added.
func apply(text string, edits []edit) string {
	edits = slices.Clone(edits)
	sort.SliceStable(edits, func(i, j int) bool {
		return cmp.Or(cmp.Compare(edits[i].start, edits[j].start), cmp.Compare(edits[i].end, edits[j].end)) < 0
	})
	var out strings.Builder
	last := 0
	for _, e := range edits {
		if e.start < last {
			continue // inside of what an edit before it took away
		}
		out.WriteString(text[last:e.start])
		out.WriteString(e.text)
		last = e.end
	}
	out.WriteString(text[last:])
	return out.String()
}
