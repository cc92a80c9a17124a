package theme

import "strings"

// Marks are the signs that stand beside a word. No word is ever left out for a
// mark: marks and colours only repeat what the words say.
type Marks struct {
	OK, Bad, Warn, Unknown, Idle, Run string
	Best                              string // the best next key
	Line, Head, Stop, Past            string // of the path
	Packet                            string
	Arrow, Radio, RadioOn             string
	// Of boxes: horizontal, vertical, and the corners clockwise from upper left.
	H, V, TL, TR, BR, BL string
	Rule                 string
}

var unicodeMarks = Marks{
	OK: "✓", Bad: "✗", Warn: "!", Unknown: "?", Idle: "·", Run: "…",
	Best: "▸", Line: "━", Head: "▶", Stop: "┫", Past: "┄", Packet: "●",
	Arrow: "→", Radio: "( )", RadioOn: "(•)",
	H: "─", V: "│", TL: "╭", TR: "╮", BR: "╯", BL: "╰", Rule: "─",
}

var asciiMarks = Marks{
	OK: "+", Bad: "x", Warn: "!", Unknown: "?", Idle: ".", Run: "~",
	Best: ">", Line: "=", Head: ">", Stop: "|", Past: ".", Packet: "o",
	Arrow: "->", Radio: "( )", RadioOn: "(*)",
	H: "-", V: "|", TL: "+", TR: "+", BR: "+", BL: "+", Rule: "-",
}

// asciiOf replaces what the texts themselves carry, cell for cell.
var asciiOf = map[rune]rune{
	'…': '~', '→': '>', '←': '<', '↑': '^', '↓': 'v', '↵': 'E', '·': '.', '›': '>', '‹': '<', '•': '*',
	'▸': '>', '✓': '+', '✗': 'x', '─': '-', '│': '|', '━': '=', '▏': '|', '▶': '>', '┫': '|', '┄': '.', '●': 'o',
	'“': '"', '”': '"', '‘': '\'', '’': '\'', '–': '-', '—': '-', '├': '+', '┤': '+', '█': '#', '▒': '%', '░': ':',
}

func (t *Theme) ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return r
		}
		if a, ok := t.clip[r]; ok {
			return a
		}
		if r >= 0x2400 && r <= 0x2421 { // the picture of a control character
			return '^'
		}
		return r
	}, s)
}
