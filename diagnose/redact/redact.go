// Package redact decides what may be shown: secrets are masked by value, in
// encoded forms too, and control characters and bidirectional overrides are
// made harmless. It is a leaf and pure.
//
// Whatever leaves the process (screen, report, log, clipboard, errors) has gone
// through it once, at the place where the value that leaves was made.
package redact

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"html"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Mask stands in the place of a secret.
const Mask = "[redacted]"

// minSecret is the length below which a value is masked in its own place only
// (the Cookie header, say): as a value it would be found in every text.
const minSecret = 6

// A Redactor masks the secrets that it was told, and what looks like one. It is
// safe for concurrent use.
type Redactor struct {
	mu       sync.Mutex
	secrets  map[string]bool
	public   []string
	replacer *strings.Replacer // nil when stale
	// some says that there are secrets: most diagnoses know of none, and ask for
	// every text.
	some atomic.Bool
}

// New returns a Redactor that knows these secrets.
func New(secrets ...string) *Redactor {
	r := &Redactor{secrets: map[string]bool{}}
	r.Add(secrets...)
	return r
}

// Public says which texts are no secret: a value that is a part of one of them
// is not searched for.
func (r *Redactor) Public(texts ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.public = append(r.public, texts...)
}

// Add makes further values secret. Values under six bytes are not searched for.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, s := range secrets {
		s = strings.TrimSpace(s)
		if len(s) < minSecret || s == Mask || r.secrets[s] {
			continue
		}
		if slices.ContainsFunc(r.public, func(p string) bool { return strings.Contains(p, s) }) {
			continue
		}
		r.secrets[s] = true
		r.some.Store(true)
		r.replacer = nil
	}
}

// AddHeader makes the secret parts of a header secret, if its name is one that
// carries any: the credentials of Authorization, each cookie's value, a token.
func (r *Redactor) AddHeader(name, value string) {
	switch credentialHeader(name) {
	case "authorization":
		r.AddCredentials(value)
	case "cookie":
		for pair := range strings.SplitSeq(value, ";") {
			_, v, _ := strings.Cut(pair, "=")
			r.Add(v)
		}
	case "set-cookie":
		pair, _, _ := strings.Cut(value, ";")
		_, v, _ := strings.Cut(pair, "=")
		r.Add(v)
	default:
		if SecretName(name) {
			r.Add(value)
		}
	}
}

// credentialHeader is the kind of a header whose value has a secret in a part of
// it: "authorization", "cookie", "set-cookie"; empty for all others.
func credentialHeader(name string) string {
	kind := ""
	switch len(name) { // first, since every header of every report is asked
	case len("cookie"):
		kind = "cookie"
	case len("set-cookie"):
		kind = "set-cookie"
	case len("authorization"):
		kind = "authorization"
	case len("proxy-authorization"):
		if strings.EqualFold(name, "proxy-authorization") {
			return "authorization"
		}
	}
	if kind != "" && strings.EqualFold(name, kind) {
		return kind
	}
	return ""
}

// AddCredentials makes the credentials of an Authorization value secret: the
// token behind the scheme, and user and password of Basic.
func (r *Redactor) AddCredentials(value string) {
	scheme, token, ok := strings.Cut(strings.TrimSpace(value), " ")
	if !ok {
		r.Add(scheme)
		return
	}
	token = strings.TrimSpace(token)
	r.Add(token)
	if !strings.EqualFold(scheme, "basic") {
		return
	}
	if plain, err := base64.StdEncoding.DecodeString(token); err == nil {
		_, password, _ := strings.Cut(string(plain), ":")
		r.Add(string(plain), password)
	}
}

// AddURL makes user information and secret query parameters of a URL secret.
func (r *Redactor) AddURL(raw string) {
	u, err := url.Parse(raw)
	if err != nil {
		return
	}
	if u.User != nil {
		if p, ok := u.User.Password(); ok {
			r.Add(p)
		} else {
			r.Add(u.User.Username())
		}
	}
	for name, values := range u.Query() {
		if SecretParameter(name) {
			r.Add(values...)
		}
	}
}

// Text masks secrets anywhere in a text, whatever encoding they stand in, and
// everything that has the shape of one: a JWT, the credentials behind Bearer
// and Basic, a password in a URL, a cookie of Access. It leaves control
// characters alone: see Clean.
func (r *Redactor) Text(s string) string {
	if s == "" {
		return s
	}
	if rep := r.byValue(); rep != nil {
		s = rep.Replace(s)
	}
	return byShape(s)
}

// CleanText is Text and then the function CleanText.
func (r *Redactor) CleanText(s string) string { return CleanText(r.Text(s)) }

// Header masks the value of a header: all of it where the name says that it is
// a secret, otherwise as Text does.
func (r *Redactor) Header(name, value string) string {
	switch credentialHeader(name) {
	case "authorization":
		if scheme, _, ok := strings.Cut(value, " "); ok && len(scheme) < 20 {
			return scheme + " " + Mask
		}
		return Mask
	case "cookie":
		return maskPairs(value)
	case "set-cookie":
		pair, attributes, ok := strings.Cut(value, ";")
		out := maskPairs(pair)
		if ok {
			out += ";" + r.Text(attributes)
		}
		return out
	}
	if SecretName(name) {
		return Mask
	}
	return r.Text(value)
}

// maskPairs masks the values of "a=1; b=2" and keeps the names.
func maskPairs(s string) string {
	parts := strings.Split(s, ";")
	for i, p := range parts {
		name, _, ok := strings.Cut(p, "=")
		if !ok {
			if strings.TrimSpace(p) != "" {
				parts[i] = Mask
			}
			continue
		}
		parts[i] = name + "=" + Mask
	}
	return strings.Join(parts, ";")
}

// byValue returns the replacer of all encoded forms of all secrets.
func (r *Redactor) byValue() *strings.Replacer {
	if !r.some.Load() {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.replacer == nil {
		forms := map[string]bool{}
		for s := range r.secrets {
			for _, f := range encodings(s) {
				forms[f] = true
			}
		}
		list := make([]string, 0, len(forms))
		for f := range forms {
			list = append(list, f)
		}
		// The longest form first: a replacer takes the first that matches.
		slices.SortFunc(list, func(a, b string) int {
			if len(a) != len(b) {
				return len(b) - len(a)
			}
			return strings.Compare(a, b)
		})
		pairs := make([]string, 0, 2*len(list))
		for _, f := range list {
			pairs = append(pairs, f, Mask)
		}
		r.replacer = strings.NewReplacer(pairs...)
	}
	return r.replacer
}

// encodings returns a secret in each form in which it may turn up: as it is,
// percent-encoded once and twice, as JSON and HTML write it, in hexadecimal,
// and in base64 at each of the three alignments ("user:" before it shifts it).
func encodings(s string) []string {
	q := url.QueryEscape(s)
	p := url.PathEscape(s)
	j, _ := json.Marshal(s)
	out := []string{
		s, q, p, lowerPercent(q), lowerPercent(p), url.QueryEscape(q), url.QueryEscape(p), everyByte(s), lowerPercent(everyByte(s)),
		strings.Trim(string(j), `"`), html.EscapeString(s),
		hex.EncodeToString([]byte(s)), strings.ToUpper(hex.EncodeToString([]byte(s))),
	}
	if len(s) >= 6 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			for shift := range 3 {
				if f := inner64(enc, s, shift); len(f) >= 6 {
					out = append(out, f)
				}
			}
		}
	}
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(f string) bool { return len(f) < minSecret })
}

// inner64 is the part of the base64 form of a text that holds s behind shift
// other bytes which does not depend on the bytes around it.
func inner64(enc *base64.Encoding, s string, shift int) string {
	whole := enc.EncodeToString(append(make([]byte, shift), s...))
	from := (shift*8 + 5) / 6
	to := len(whole)
	if (shift+len(s))%3 != 0 {
		to-- // its last sextet is shared with the next byte
	}
	if from >= to {
		return ""
	}
	return whole[from:to]
}

func lowerPercent(s string) string {
	b := []byte(s)
	for i := 0; i+2 < len(b); i++ {
		if b[i] == '%' {
			b[i+1], b[i+2] = lower(b[i+1]), lower(b[i+2])
		}
	}
	return string(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'F' {
		return c + 'a' - 'A'
	}
	return c
}

// everyByte percent-encodes every byte, letters too.
func everyByte(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteByte('%')
		b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{s[i]})))
	}
	return b.String()
}
