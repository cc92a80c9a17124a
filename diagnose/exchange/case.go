package exchange

import (
	"encoding/json"
	"slices"
)

// CredentialsMode is fetch()'s option "credentials".
type CredentialsMode string

// The credentials modes of the Fetch Standard.
const (
	CredentialsOmit       CredentialsMode = "omit"
	CredentialsSameOrigin CredentialsMode = "same-origin"
	CredentialsInclude    CredentialsMode = "include"
)

// Mode is fetch()'s option "mode".
type Mode string

// The request modes that a script can choose.
const (
	ModeCORS       Mode = "cors"
	ModeNoCORS     Mode = "no-cors"
	ModeSameOrigin Mode = "same-origin"
	ModeNavigate   Mode = "navigate" // fetch() throws
)

// RedirectMode is fetch()'s option "redirect".
type RedirectMode string

// The redirect modes of the Fetch Standard.
const (
	RedirectFollow RedirectMode = "follow"
	RedirectError  RedirectMode = "error"
	RedirectManual RedirectMode = "manual"
)

// Case is what the page attempts: one fetch(), and the session in which it runs.
type Case struct {
	// URL is the absolute URL that the script asks for, as given.
	URL string `json:"url"`
	// Origin is the page's serialised origin ("https://app.example.com"), or
	// "null" for an opaque page in a secure context.
	Origin string `json:"origin"`
	// Method is as the script wrote it; fetch normalises it. Empty means GET.
	Method string `json:"method"`
	// Headers are those that the script sets; not what the browser adds.
	Headers Headers `json:"headers"`
	// Body is the request's body, a string; nil for none.
	Body        *string         `json:"body,omitempty"`
	Credentials CredentialsMode `json:"credentials"`
	Mode        Mode            `json:"mode"`
	Redirect    RedirectMode    `json:"redirect"`
	// ReadHeaders are the response headers that the script reads.
	ReadHeaders []string `json:"read_headers"`
	// Empty names the options that the script gave as an empty string ("method",
	// "credentials", "mode", "redirect"): fetch() throws at each, where one that
	// is left out has its default.
	Empty []string `json:"-"`
	// Session is what the user is logged in with at the target, if known.
	Session Session `json:"session"`

	// What few fetches have is absent by default.

	// Initiator is the request's initiator type where it is not fetch(): what
	// then asks is an element, and what the page learns is an event.
	Initiator InitiatorType `json:"initiator_type,omitempty"`
	// BodyStream says that the script gives the body as a ReadableStream, with
	// duplex "half": Body is what the stream yields, and brings no Content-Type.
	BodyStream bool `json:"body_stream,omitempty"`
	// ServiceWorker says that the page is controlled by a service worker whose
	// fetch handler lets the request pass to the network.
	ServiceWorker bool `json:"service_worker,omitempty"`
	// LocalNetwork is what the user decided about local network access, and the
	// address spaces that it is about; nil takes the permission as granted.
	LocalNetwork *LocalNetwork `json:"local_network,omitempty"`
	// Reported is what the console said that the case was pasted from; nil for
	// other cases.
	Reported *Reported `json:"reported,omitempty"`
}

// WithDefaults returns the case with every absent option at fetch()'s default. A
// link element has no options but its credentials.
func (c Case) WithDefaults() Case {
	if c.Initiator == InitiatorLink {
		c.Method, c.Headers, c.Body, c.Mode, c.Redirect, c.Empty = "GET", nil, nil, ModeCORS, RedirectFollow, nil
		if c.Credentials != CredentialsInclude {
			c.Credentials = CredentialsSameOrigin
		}
		return c
	}
	if c.Method == "" && !c.empty("method") {
		c.Method = "GET"
	}
	if c.Credentials == "" && !c.empty("credentials") {
		c.Credentials = CredentialsSameOrigin
	}
	if c.Mode == "" && !c.empty("mode") {
		c.Mode = ModeCORS
	}
	if c.Redirect == "" && !c.empty("redirect") {
		c.Redirect = RedirectFollow
	}
	return c
}

func (c Case) empty(option string) bool { return slices.Contains(c.Empty, option) }

// Session is what stands for the logged-in user. Its values are secrets: they
// travel only where fetch lets credentials travel, to the host they are for,
// never on OPTIONS, and never leave the process otherwise. Its JSON form names
// the kinds alone.
type Session struct {
	// Cookies that the user's browser holds.
	Cookies []Cookie
	// AccessToken is the application token of Cloudflare Access, sent as the
	// cookie CF_Authorization to the host of Case.URL.
	AccessToken string
	// ServiceTokenID and ServiceTokenSecret are sent as CF-Access-Client-Id and
	// CF-Access-Client-Secret. They are not headers of the page and force no
	// preflight.
	ServiceTokenID, ServiceTokenSecret string

	// saved are the kinds of a session that came out of a saved report, where
	// its values never were.
	saved []string
}

// Cookie is a cookie of the user's jar.
type Cookie struct {
	Name, Value string
	// Domain is the host that the cookie is for; empty means the host of
	// Case.URL. HostOnly false lets it travel to sub-domains.
	Domain   string
	HostOnly bool
	Path     string // empty means "/"
	Secure   bool
	HTTPOnly bool
	// SameSite is "None", "Lax", "Strict", or empty where it is not known: then
	// the cookie counts as one that the browser would send.
	SameSite string
	// SameSiteUnset says that the cookie is known to have no SameSite attribute,
	// for which each engine has a default.
	SameSiteUnset bool
	// Partition is the site under whose pages the browser keeps the cookie apart
	// (CHIPS, state partitioning), as a serialised origin: "https://example.com".
	// Empty means that it was set on a visit of its own host.
	Partition string
}

// Known says whether the case carries a session of any kind that Access would
// look at: a token, a service token, or a CF_Authorization cookie.
func (s Session) Known() bool {
	return s.AccessToken != "" || s.ServiceTokenID != "" || s.hasCookie("CF_Authorization")
}

// Empty says whether the case carries no credential at all.
func (s Session) Empty() bool {
	return len(s.Cookies) == 0 && s.AccessToken == "" && s.ServiceTokenID == "" && s.ServiceTokenSecret == ""
}

func (s Session) hasCookie(name string) bool {
	for _, c := range s.Cookies {
		if c.Name == name {
			return true
		}
	}
	return false
}

// Kinds names what the session consists of, without any value.
func (s Session) Kinds() []string {
	out := append([]string{}, s.saved...)
	for _, c := range s.Cookies {
		out = append(out, "cookie "+c.Name)
	}
	if s.AccessToken != "" {
		out = append(out, "Access token")
	}
	if s.ServiceTokenID != "" {
		out = append(out, "service token")
	}
	return out
}

// Secrets returns every value of the session that must never be shown.
func (s Session) Secrets() []string {
	var out []string
	for _, c := range s.Cookies {
		out = append(out, c.Value)
	}
	for _, v := range []string{s.AccessToken, s.ServiceTokenID, s.ServiceTokenSecret} {
		if v != "" {
			out = append(out, v)
		}
	}
	return out
}

// MarshalJSON writes the kinds of the session alone, never a value.
func (s Session) MarshalJSON() ([]byte, error) { return json.Marshal(s.Kinds()) }

// UnmarshalJSON accepts what MarshalJSON writes. The values are gone: the
// session comes back empty, and remembers its kinds.
func (s *Session) UnmarshalJSON(b []byte) error {
	*s = Session{}
	return json.Unmarshal(b, &s.saved)
}
