package paste

import (
	"net/url"
	"strings"

	"corstui/diagnose/exchange"
)

// parseURL reads a text that is one URL, with or without quotes or scheme.
func parseURL(text string) (Pasted, bool, error) {
	word := strings.Trim(text, "\"'`<>‘’“” \t")
	if word == "" || strings.ContainsAny(word, " \t\r\n") {
		return Pasted{}, false, nil
	}
	p := Pasted{Kind: KindURL}
	if !strings.Contains(word, "://") {
		if !looksLikeHost(word) {
			return Pasted{}, false, nil
		}
		word = "https://" + word
		p.note("The URL names no scheme; https is assumed.")
	}
	u, err := url.Parse(word)
	if err != nil || u.Hostname() == "" {
		return Pasted{}, false, nil //nolint:nilerr // what is no URL may be something else
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
	default:
		return Pasted{}, false, &Error{begin(text), "CORS is about http and https", "give a URL like https://api.example.com/v1/users"}
	}
	p.Case = exchange.Case{URL: word}
	p.Understood = "The URL " + shownURL(word) + "."
	return p, true, nil
}

// looksLikeHost says whether a word without scheme begins with a host name: a
// dot or localhost, before any slash.
func looksLikeHost(word string) bool {
	host, _, _ := strings.Cut(word, "/")
	name, _, _ := strings.Cut(host, ":")
	if name != "localhost" && !strings.Contains(strings.Trim(name, "."), ".") {
		return false
	}
	for _, c := range name {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c > 0x7f) {
			return false
		}
	}
	return true
}
