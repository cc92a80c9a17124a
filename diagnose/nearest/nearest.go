// Package nearest finds the name that somebody meant who mistyped it.
package nearest

import "strings"

// maxTyped is the longest word, in bytes, that is taken for a mistyped name.
const maxTyped = 64

// Name returns the name that takes the fewest edits, or that begins with what
// was typed; empty where none is near enough to be meant: more than half of the
// word would have to change. Case and space around do not count.
func Name(typed string, names []string) string {
	typed = strings.ToLower(strings.TrimSpace(typed))
	if typed == "" || len(typed) > maxTyped {
		return ""
	}
	best, fewest := "", len(typed)/2+1
	for _, n := range names {
		lower := strings.ToLower(n)
		edits := distance(typed, lower)
		if strings.HasPrefix(lower, typed) {
			edits = min(edits, 1)
		}
		if edits < fewest {
			best, fewest = n, edits
		}
	}
	return best
}

// distance is the Levenshtein distance of two strings, in bytes.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := diagonal
			if a[i-1] != b[j-1] {
				cost++
			}
			diagonal = row[j]
			row[j] = min(cost, row[j]+1, row[j-1]+1)
		}
	}
	return row[len(b)]
}
