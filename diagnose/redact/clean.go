package redact

import (
	"strings"
	"unicode/utf8"
)

// Clean makes a text of one line harmless for a terminal and for the eye: C0
// and C1 control characters, DEL, line separators, bidirectional overrides,
// zero-width and tag characters, and bytes that are no UTF-8 are written as
// visible escapes (\x1b, \u202e). What is harmless comes back unchanged.
func Clean(s string) string { return clean(s, false) }

// CleanText is Clean for texts of several lines: newline and tab stay, CR LF
// becomes LF.
func CleanText(s string) string { return clean(s, true) }

func clean(s string, lines bool) string {
	if harmless(s, lines) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s) + 16)
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			escape(&b, 'x', rune(s[i]), 2)
		case lines && (r == '\n' || r == '\t'):
			b.WriteRune(r)
		case lines && r == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			// dropped: the newline follows
		case !lines && r == '\t':
			b.WriteByte(' ')
		case !harmful(r):
			b.WriteString(s[i : i+size])
		case r <= 0xff:
			escape(&b, 'x', r, 2)
		case r <= 0xffff:
			escape(&b, 'u', r, 4)
		default:
			escape(&b, 'U', r, 8)
		}
		i += size
	}
	return b.String()
}

func harmless(s string, lines bool) bool {
	for i := range len(s) {
		c := s[i]
		if c >= 0x80 || c == 0x7f || (c < 0x20 && !(lines && (c == '\n' || c == '\t'))) {
			if c < 0x80 {
				return false
			}
			// Beyond ASCII: look at runes.
			if !utf8.ValidString(s) {
				return false
			}
			for _, r := range s[i:] {
				if lines && (r == '\n' || r == '\t') {
					continue
				}
				if harmful(r) {
					return false
				}
			}
			return true
		}
	}
	return true
}

// harmful says whether a rune can move the cursor, hide text or change its
// order: Unicode's Cc, and the format characters that browsers and editors were
// tricked with.
func harmful(r rune) bool {
	switch {
	case r < 0x20, r >= 0x7f && r <= 0x9f:
		return true
	case r == 0xad, r == 0x61c, r == 0x180e, r == 0xfeff:
		return true
	case r >= 0x200b && r <= 0x200f, r >= 0x2028 && r <= 0x202e, r >= 0x2060 && r <= 0x206f:
		return true
	case r >= 0xfff9 && r <= 0xfffb, r >= 0xe0000 && r <= 0xe0fff:
		return true
	}
	return false
}

func escape(b *strings.Builder, kind byte, r rune, digits int) {
	const hexDigits = "0123456789abcdef"
	b.WriteByte('\\')
	b.WriteByte(kind)
	for d := digits - 1; d >= 0; d-- {
		b.WriteByte(hexDigits[(r>>(4*d))&0xf])
	}
}
