package snippets

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Policy is what an API allows to pages of other origins.
type Policy struct {
	// AllowOrigins are serialised origins, or "*" alone.
	AllowOrigins []string `json:"allow_origins"`
	// AllowMethods are methods beyond GET, HEAD and POST, which need no
	// permission; or "*" alone.
	AllowMethods []string `json:"allow_methods"`
	// AllowHeaders are request headers that a page's script may set; or "*",
	// alone or with Authorization.
	AllowHeaders []string `json:"allow_headers"`
	// ExposeHeaders are response headers that a page's script may read; or "*" alone.
	ExposeHeaders []string `json:"expose_headers"`
	Credentials   bool     `json:"credentials"`
	// MaxAge is Access-Control-Max-Age in seconds, 0 to 86400; nil for none.
	MaxAge *int `json:"max_age,omitempty"`
}

// MarshalJSON writes the policy with every list present, never null.
func (p Policy) MarshalJSON() ([]byte, error) {
	type plain Policy
	for _, list := range []*[]string{&p.AllowOrigins, &p.AllowMethods, &p.AllowHeaders, &p.ExposeHeaders} {
		if *list == nil {
			*list = []string{}
		}
	}
	return json.Marshal(plain(p))
}

// ParsePolicy reads the JSON form of a policy and validates it. A field of
// another name, a value of another type and anything after the object are a
// *PolicyFileError; the rest is as Validate.
func ParsePolicy(data []byte) (Policy, error) {
	var p Policy
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		return Policy{}, &PolicyFileError{Problem: jsonProblem(err)}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Policy{}, &PolicyFileError{Problem: "there is more after the object"}
	}
	if err := p.Validate(); err != nil {
		return Policy{}, err
	}
	return p, nil
}

// jsonProblem says what encoding/json says in words for people, without raw
// bytes of the input.
func jsonProblem(err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return "no JSON at byte " + strconv.FormatInt(syntax.Offset, 10)
	case errors.As(err, &kind) && kind.Field == "":
		return "a " + strings.Fields(kind.Value)[0] + " stands where the object should be"
	case errors.As(err, &kind):
		return "the field " + quote(kind.Field) + " has a " + strings.Fields(kind.Value)[0] + " for a value"
	case errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF):
		return "the JSON ends too early"
	}
	if field, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return "there is no field " + quote(strings.Trim(field, `"`))
	}
	return "it cannot be read as JSON"
}

// normalised returns the policy without repeated values: origins and methods
// byte by byte, header names in any case. The first of its kind stays as it is
// written, in its place.
func (p Policy) normalised() Policy {
	same := func(s string) string { return s }
	p.AllowOrigins = distinct(p.AllowOrigins, same)
	p.AllowMethods = distinct(p.AllowMethods, same)
	p.AllowHeaders = distinct(p.AllowHeaders, strings.ToLower)
	p.ExposeHeaders = distinct(p.ExposeHeaders, strings.ToLower)
	return p
}

func distinct(in []string, key func(string) string) []string {
	out := make([]string, 0, len(in))
	seen := map[string]bool{}
	for _, v := range in {
		if k := key(v); !seen[k] {
			seen[k] = true
			out = append(out, v)
		}
	}
	return out
}

// anyOrigin says whether the policy is that of a public API.
func (p Policy) anyOrigin() bool { return slices.Contains(p.AllowOrigins, "*") }

// VariesOnOrigin says whether answers under this policy depend on the header
// Origin, so that they carry "Vary: Origin" whoever asks.
func (p Policy) VariesOnOrigin() bool { return !p.anyOrigin() }

// Allows says whether a page of this origin, byte for byte, is allowed.
func (p Policy) Allows(origin string) bool {
	return p.anyOrigin() || origin != "" && slices.Contains(p.AllowOrigins, origin)
}

// ResponseHeaders returns the CORS headers, and Vary, that a valid policy puts
// on the answer to a request with this header Origin ("" for none): on a
// preflight's answer, or on a real one. All generated files answer so.
func (p Policy) ResponseHeaders(origin string, preflight bool) [][2]string {
	p = p.normalised()
	out := [][2]string{}
	add := func(name, value string) {
		if value != "" {
			out = append(out, [2]string{name, value})
		}
	}
	if p.Allows(origin) {
		if p.anyOrigin() {
			origin = "*"
		}
		add("Access-Control-Allow-Origin", origin)
		if p.Credentials {
			add("Access-Control-Allow-Credentials", "true")
		}
		if preflight {
			add("Access-Control-Allow-Methods", strings.Join(p.AllowMethods, ", "))
			add("Access-Control-Allow-Headers", strings.Join(p.AllowHeaders, ", "))
			add("Access-Control-Max-Age", p.maxAge())
		} else {
			add("Access-Control-Expose-Headers", strings.Join(p.ExposeHeaders, ", "))
		}
	}
	if p.VariesOnOrigin() {
		add("Vary", "Origin")
	}
	return out
}

// maxAge is the value of Access-Control-Max-Age, empty for none.
func (p Policy) maxAge() string {
	if p.MaxAge == nil {
		return ""
	}
	return strconv.Itoa(*p.MaxAge)
}
