package finding

import (
	"fmt"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/fetch"
)

// Headline is the verdict in one or two sentences: what the browser did, where
// on the way, and who answered.
func Headline(in Input, fs []Finding) string { return newView(in).headline(fs) }

func (v *view) headline(fs []Finding) string {
	in := &v.in
	switch verdict := in.Fetch.Verdict; {
	case in.Fetch.Local != nil && v.d == nil:
		why := lowerFirst(strings.TrimSuffix(in.Fetch.Local.Message, "."))
		if f := root(fs); f != nil && f.Layer == answer.LayerBrowser { // the finding has the rest
			why = within(f.Title)
		}
		return "NOT SENT. The browser itself refused: " + why + "."
	case v.d == nil && v.blocked:
		return "NO ANSWER. Nothing could be asked."
	case v.d != nil && v.d.Response == nil && v.blocked:
		return "NO ANSWER. " + v.noAnswer(fs)
	case verdict.Allowed && verdict.Partial:
		return v.partial(fs)
	case verdict.Allowed:
		return v.allowed(fs)
	}
	return "BLOCKED " + v.where() + ". " + v.whoDidWhat(fs)
}

func (v *view) noAnswer(fs []Finding) string {
	for _, f := range fs {
		if f.Severity == Error && f.Layer == answer.LayerNetwork {
			s := f.Title
			if h := hostOf(v.d); h != "the host" {
				s += " (" + h + ")"
			}
			return s + "; this is not CORS."
		}
	}
	return "Nothing came back from " + hostOf(v.d) + "; this is not CORS."
}

func (v *view) partial(fs []Finding) string {
	held := fmt.Sprintf("the %s itself was not sent, since it may change something.", v.method)
	warnings := warningWords(fs)
	switch {
	case len(v.preflights) > 0:
		return "PARTIAL. The preflight passed; " + held + warnings
	case warnings != "":
		return "PARTIAL. " + capital(held) + warnings
	}
	return "PARTIAL. Nothing stands against it so far; " + held
}

func (v *view) allowed(fs []Finding) string {
	s := "ALLOWED. "
	switch {
	case v.c.Mode == "no-cors" && !v.in.Fetch.SameOrigin:
		s += "The request went out in mode no-cors: the page can read nothing of the answer."
	case v.in.Fetch.SameOrigin && v.in.Fetch.Verdict.Tainting != "cors":
		s += fmt.Sprintf("Page and API share an origin; %s answered %d and the page may read it.", who(v.d), status(v.d))
	default:
		s += fmt.Sprintf("%s answered %d and the page may read it.", capital(who(v.d)), status(v.d))
	}
	return s + warningWords(fs)
}

// warningWords name the first warning, and count the others.
func warningWords(fs []Finding) string {
	n, first := 0, ""
	for _, f := range fs {
		if f.Severity != Warning || f.ID == NoCORSOpaque { // the sentence before says that one
			continue
		}
		if n++; n == 1 {
			first = within(f.Title)
		}
	}
	switch n {
	case 0:
		return ""
	case 1:
		return " But: " + first + "."
	case 2:
		return " But: " + first + "; and 1 risk more."
	}
	return fmt.Sprintf(" But: %s; and %d risks more.", first, n-1)
}

// where says at which step the browser stopped.
func (v *view) where() string {
	at := v.in.Fetch.Verdict.BlockedAt
	if at == nil {
		return "before it was sent"
	}
	switch *at {
	case fetch.AtPreflight:
		return "at the preflight"
	case fetch.AtRedirect:
		return "at a redirect"
	}
	return "at the request"
}

// whoDidWhat names an actor and an act.
func (v *view) whoDidWhat(fs []Finding) string {
	const notAsked = "; your API was never asked."
	s := v.d
	// The first wall by Access counts where the chain went on to its login.
	if a := v.accessRefusal(); a != nil && v.rootIs(fs, AccessLoginRedirect, AccessSessionExpired, AccessCookieStaysHome, AccessLoginPage, AccessTokenAudience, AccessServiceTokenRejected) {
		if v.rootIs(fs, AccessSessionExpired) {
			return "The session at Cloudflare Access has ended, and Access sent its login" + notAsked
		}
		if loginLocation(a) != nil || okStatus(status(a)) {
			return "Cloudflare Access sent its login" + notAsked
		}
		return fmt.Sprintf("Cloudflare Access refused it with %d%s", status(a), notAsked)
	}
	if f := root(fs); f != nil {
		switch f.ID {
		case CachePinnedOrigin:
			return "A cache served the answer that it had stored for another origin."
		case CacheStoredError:
			return fmt.Sprintf("A cache served a stored %d without CORS headers.", status(s))
		case HeadersStripped:
			return "The API sends the CORS headers, and something in front of it takes them away."
		case AccessInner:
			return "An Access application on another host (" + innerAccess(s) + ") refused, and its refusal was passed on."
		}
	}
	n := status(s)
	switch layer(s) {
	case answer.LayerAccess:
		if okStatus(n) && isPreflight(s) {
			return "Cloudflare Access answered it by its own CORS settings, and they do not allow this request" + notAsked
		}
		return "Cloudflare Access refused it" + notAsked
	case answer.LayerWAF:
		switch {
		case challenged(s):
			return "Cloudflare's WAF challenged it" + notAsked
		case limited(s):
			return "A rate limit of Cloudflare refused it" + notAsked
		}
		return "Cloudflare's WAF blocked it" + notAsked
	case answer.LayerEdge:
		if redirectStatus(n) {
			return "Cloudflare redirected it to " + shown(absolute(s)) + "."
		}
		return "Cloudflare answered with an error of its own (" + edgeMeans(s) + ")."
	case answer.LayerWorker:
		if workerCode(s) {
			return "The Worker failed (" + edgeMeans(s) + ")."
		}
	case answer.LayerUnknown:
		return "It got " + v.fault() + ", and it is not proven who answered."
	}
	return capital(who(s)) + " answered " + v.fault() + "."
}

// fault says what the deciding answer lacks, in a few words.
func (v *view) fault() string {
	if corsCause(v.cause) && v.cause != causeCredentials || isPreflight(v.d) && v.cause == causeStatus {
		return got(v.d)
	}
	n := status(v.d)
	switch v.cause {
	case causeCredentials:
		return fmt.Sprintf("%d without %s: true", n, hACAC)
	case causeMethod:
		return fmt.Sprintf("%d, and does not allow the method %s", n, v.method)
	case causeHeader:
		return fmt.Sprintf("%d, and does not allow %s", n, v.lackingHeaders(v.d))
	case causeMethodsSyntax:
		return fmt.Sprintf("%d with an %s that cannot be parsed", n, hACAM)
	case causeHeadersSyntax:
		return fmt.Sprintf("%d with an %s that cannot be parsed", n, hACAH)
	}
	if hop(v.d) || redirectStatus(n) {
		return fmt.Sprintf("with a redirect (%d)", n)
	}
	return fmt.Sprint(n)
}

func absolute(s *answer.Seen) string {
	if u := location(s); u != nil {
		return u.String()
	}
	return ""
}

// root is the finding that explains the block, nil without.
func root(fs []Finding) *Finding {
	for i := range fs {
		if fs[i].Severity == Error && fs[i].Because == "" {
			return &fs[i]
		}
	}
	return nil
}

func (v *view) rootIs(fs []Finding, ids ...string) bool {
	f := root(fs)
	if f == nil {
		return false
	}
	for _, id := range ids {
		if f.ID == id {
			return true
		}
	}
	return false
}

// within is a title inside a sentence: names keep their capitals.
func within(title string) string {
	switch first, _, _ := strings.Cut(title, " "); first {
	case "The", "A", "An", "Any", "Another", "What", "Nobody", "Only", "Headers", "Error", "Errors", "This", "Your", "No", "Some":
		return lowerFirst(title)
	}
	return title
}

func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return strings.ToLower(s[:1]) + s[1:]
	}
	return s
}
