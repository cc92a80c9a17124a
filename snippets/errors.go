package snippets

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The flags of the command line that errors name.
const (
	FlagRecipe       = "--recipe"
	FlagTarget       = "--target"
	FlagAllowOrigin  = "--allow-origin"
	FlagAllowMethod  = "--allow-method"
	FlagAllowHeader  = "--allow-header"
	FlagExposeHeader = "--expose-header"
	FlagCredentials  = "--credentials"
	FlagMaxAge       = "--max-age"
	FlagUpstream     = "--upstream"
	FlagListen       = "--listen"
	FlagTeamDomain   = "--team-domain"
	FlagAUD          = "--aud"
	FlagHost         = "--host"
	FlagPath         = "--path"
	FlagPolicy       = "--policy"
)

// Reason says in a word what is wrong with a value.
type Reason string

// The reasons.
const (
	ReasonEmpty        Reason = "empty"
	ReasonNull         Reason = "null"
	ReasonPattern      Reason = "pattern"
	ReasonList         Reason = "list"
	ReasonCharacters   Reason = "characters"
	ReasonUnicode      Reason = "unicode"
	ReasonScheme       Reason = "scheme"
	ReasonNoScheme     Reason = "no-scheme"
	ReasonCase         Reason = "case"
	ReasonUserinfo     Reason = "userinfo"
	ReasonSlash        Reason = "trailing-slash"
	ReasonPath         Reason = "path"
	ReasonQuery        Reason = "query"
	ReasonFragment     Reason = "fragment"
	ReasonPort         Reason = "port"
	ReasonDefaultPort  Reason = "default-port"
	ReasonHost         Reason = "host"
	ReasonTrailingDot  Reason = "trailing-dot"
	ReasonIPAddress    Reason = "ip-address"
	ReasonForbidden    Reason = "forbidden"
	ReasonResponseName Reason = "response-header"
	ReasonRequestName  Reason = "request-header"
	ReasonTooLong      Reason = "too-long"
	ReasonCredentials  Reason = "credentials"
	ReasonMixed        Reason = "mixed"
	ReasonRange        Reason = "range"
	ReasonHex          Reason = "hex"
	ReasonTeamDomain   Reason = "team-domain"
)

// says are the sentences for the reasons, of origins and URLs first.
var says = map[Reason]string{
	ReasonEmpty:        "the value is empty",
	ReasonNull:         "null is the origin of every sandboxed frame and local file, so any page can have it",
	ReasonPattern:      "patterns are not supported, because whoever gets a matching host gets the data",
	ReasonList:         "one value holds one item",
	ReasonCharacters:   "it has a character that does not belong there",
	ReasonUnicode:      "browsers send the host in punycode",
	ReasonScheme:       "the scheme must be http or https",
	ReasonNoScheme:     "the scheme is missing",
	ReasonCase:         "browsers send scheme and host in lower case",
	ReasonUserinfo:     "a user name or password does not belong there",
	ReasonSlash:        "a slash at the end does not belong there",
	ReasonPath:         "a path does not belong there",
	ReasonQuery:        "a query does not belong there",
	ReasonFragment:     "a fragment does not belong there",
	ReasonPort:         "the port must be a number from 1 to 65535 without leading zeros",
	ReasonDefaultPort:  "browsers leave out the scheme's default port",
	ReasonHost:         "that is no host name",
	ReasonTrailingDot:  "the host ends in a dot",
	ReasonIPAddress:    "browsers write that IP address in another form",
	ReasonForbidden:    "the browser does not let a page use it",
	ReasonResponseName: "that is a header of responses",
	ReasonRequestName:  "that is a header of requests",
	ReasonTooLong:      "it is too long",
	ReasonRange:        "it is out of range",
	ReasonHex:          "it must be hexadecimal",
	ReasonTeamDomain:   "that is no team domain of Cloudflare Access",
}

// OriginError says that a value is not the serialised origin of a page, byte
// for byte as a browser sends it in the header Origin.
type OriginError struct {
	Value  string
	Reason Reason
	// Want is the origin that was probably meant; may be empty.
	Want string
}

func (e *OriginError) Error() string {
	want := `an origin is scheme, host and perhaps a port, such as "https://app.example.com"`
	switch {
	case e.Want != "":
		want = "write " + quote(e.Want)
	case e.Reason == ReasonNull || e.Reason == ReasonPattern:
		want = "name each origin by itself"
	case e.Reason == ReasonList:
		want = "repeat the flag for each origin"
	}
	return problem(FlagAllowOrigin, e.Value, says[e.Reason], want)
}

// MethodError says that a value is no method that a page can be allowed to use.
type MethodError struct {
	Value  string
	Reason Reason
	Want   string
}

func (e *MethodError) Error() string {
	say, want := says[e.Reason], "a method has only letters, digits, - and _, such as PATCH"
	switch e.Reason {
	case ReasonForbidden:
		want = "leave it out; CONNECT, TRACE and TRACK cannot be sent by fetch()"
	case ReasonCase:
		say, want = "methods are compared in their exact case", "write "+quote(e.Want)
	case ReasonList:
		want = "repeat the flag for each method"
	case ReasonPattern:
		want = `list each method, or "*" alone without credentials`
	}
	return problem(FlagAllowMethod, e.Value, say, want)
}

// HeaderError says that a value is no header name that the flag can name.
type HeaderError struct {
	// Flag is FlagAllowHeader or FlagExposeHeader.
	Flag, Value string
	Reason      Reason
}

func (e *HeaderError) Error() string {
	want := "a header name has only letters, digits, - and _, such as Content-Type"
	switch {
	case e.Reason == ReasonForbidden && e.Flag == FlagAllowHeader:
		want = "leave it out; the browser sets it by itself and asks for no permission"
	case e.Reason == ReasonForbidden:
		want = "leave it out; no page can read it, exposed or not"
	case e.Reason == ReasonResponseName:
		want = "leave it out; a page sends no such header to a server"
	case e.Reason == ReasonRequestName:
		want = "leave it out; a server sends no such header to a page"
	case e.Reason == ReasonList:
		want = "repeat the flag for each header"
	case e.Reason == ReasonPattern:
		want = `list each header, or "*" alone without credentials`
	}
	return problem(e.Flag, e.Value, says[e.Reason], want)
}

// WildcardError says that "*" stands where it has no meaning: with
// credentials, or beside other values.
type WildcardError struct {
	Flag string
	// Reason is ReasonCredentials or ReasonMixed.
	Reason Reason
}

func (e *WildcardError) Error() string {
	if e.Reason == ReasonCredentials {
		return problem(e.Flag, "*", "with "+FlagCredentials+" the browser takes * for a plain name and not for everything", "list each value")
	}
	return problem(e.Flag, "*", "it already covers the other values of the flag", `use "*" alone, or list each value without it`)
}

// MaxAgeError says that the time for which a preflight may be remembered is
// out of range.
type MaxAgeError struct {
	Value int
}

func (e *MaxAgeError) Error() string {
	return problem(FlagMaxAge, strconv.Itoa(e.Value), says[ReasonRange],
		fmt.Sprintf("seconds from 0 (ask every time) to %d (a day, the most that any browser keeps)", MaxMaxAge))
}

// TooLongError says that a flag has more values than one header, or one file,
// should carry.
type TooLongError struct {
	Flag      string
	Size, Max int
	// Unit is "bytes" of a header or "values" of a flag.
	Unit string
}

func (e *TooLongError) Error() string {
	return fmt.Sprintf("%s: %d %s together are too many; at most %d", e.Flag, e.Size, e.Unit, e.Max)
}

// MissingError says that a recipe needs a flag that was not given.
type MissingError struct {
	Flag   string
	Recipe Recipe
	// Want are the values to choose from, or an example.
	Want []string
}

func (e *MissingError) Error() string {
	who := "the policy"
	if e.Recipe != "" {
		who = "recipe " + string(e.Recipe)
	}
	return fmt.Sprintf("%s is missing: %s needs it, such as %s", e.Flag, who, strings.Join(e.Want, ", "))
}

// OptionError says that the value of a flag outside the policy is not
// acceptable.
type OptionError struct {
	Flag, Value string
	Reason      Reason
	// Want says what would be right.
	Want string
}

func (e *OptionError) Error() string { return problem(e.Flag, e.Value, says[e.Reason], e.Want) }

// UnknownError says that there is no such recipe or target.
type UnknownError struct {
	Flag, Value string
	Want        []string
}

func (e *UnknownError) Error() string {
	return problem(e.Flag, e.Value, "there is none of that name", "one of "+strings.Join(e.Want, ", "))
}

// UnsupportedError says that a target cannot do a recipe.
type UnsupportedError struct {
	Recipe Recipe
	Target Target
	Why    string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s %s cannot do %s %s: %s; it can be done by %s", FlagTarget, e.Target, FlagRecipe, e.Recipe, e.Why, strings.Join(names(Targets(e.Recipe)), ", "))
}

// PolicyFileError says that a policy's JSON cannot be read as one.
type PolicyFileError struct {
	Problem string
}

func (e *PolicyFileError) Error() string {
	return FlagPolicy + ": " + e.Problem + `; a policy is an object such as {"allow_origins":["https://app.example.com"],"allow_methods":["PUT"],"allow_headers":["content-type"],"expose_headers":[],"credentials":true,"max_age":600}`
}

// Line says all errors of an errors.Join on one line, for standard error.
func Line(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

func problem(flag, value, what, want string) string {
	return flag + " " + quote(value) + ": " + what + "; " + want
}

// quote makes a hostile value harmless and short: an error is one line of
// printable ASCII. What is printable stays as it is, so that people find their
// own words again.
func quote(v string) string {
	const most = 120
	more := ""
	if len(v) > most {
		more = " ... (" + strconv.Itoa(len(v)) + " bytes)"
		cut := most
		for cut > 0 && !utf8.RuneStart(v[cut]) {
			cut--
		}
		v = v[:cut]
	}
	if strings.ContainsFunc(v, func(c rune) bool { return c < ' ' || c > '~' }) {
		return strconv.QuoteToASCII(v) + more
	}
	return `"` + v + `"` + more
}
