package paste

import (
	"strings"

	"github.com/tdewolff/parse/v2/js"

	"corstui/diagnose/exchange"
)

// fetch builds the case of fetch(input, init).
func (c *code) fetch(input, init js.IExpr) Pasted {
	u := c.scope.eval(input, 0)
	o := jsValue{kind: jsObject}
	if init != nil {
		o = c.scope.eval(init, 0)
	}
	if u.kind == jsRequest {
		inner := u.list[1]
		o.members = append(append([]jsMember{}, inner.members...), o.members...)
		u = u.list[0]
	}
	var p Pasted
	p.options(o)
	p.target(u)
	p.script(o)
	p.understoodRequest("A fetch()")
	return p
}

// options reads fetch()'s options that are plain words.
func (p *Pasted) options(o jsValue) {
	if o.kind == jsUnknown {
		p.note("The options of the call are the variable %s, which is not in the text.", o.text)
		return
	}
	for _, name := range o.unknown {
		p.note("What %s adds to the options is not in the text.", name)
	}
	word := func(name string) string {
		v, ok := o.get(name)
		if !ok || v.kind == jsNull {
			return ""
		}
		if v.kind != jsString || len(v.unknown) > 0 {
			p.note("The option %s is not in the text (%s).", name, strings.Join(v.unknownWithin(), ", "))
			if name == "method" {
				p.lacks(MissingMethod)
			}
			return ""
		}
		return v.text
	}
	p.Case.Method = word("method")
	p.Case.Credentials = exchange.CredentialsMode(word("credentials"))
	p.Case.Mode = exchange.Mode(word("mode"))
	p.Case.Redirect = exchange.RedirectMode(word("redirect"))
	if p.Case.Mode == exchange.ModeNavigate {
		p.Case.Mode = ""
		p.note("The copied request was a navigation; it is taken as a fetch() of the same URL.")
	}
}

// target reads the URL.
func (p *Pasted) target(u jsValue) {
	switch {
	case u.kind == jsUnknown:
		p.note("The URL is the variable %s, which is not in the text.", u.text)
		return
	case !u.readable():
		p.note("The URL cannot be read from the code.")
		return
	}
	if len(u.unknown) > 0 && originOf(u.text) == "" || startsUnknown(u) {
		p.note("The URL begins with %s, which is not in the text.", strings.Join(u.unknown, " and "))
		return
	}
	p.Case.URL = u.text
	if len(u.unknown) > 0 {
		p.note("In the URL %s stands for itself: its value is not in the text.", strings.Join(u.unknown, " and "))
	}
}

// startsUnknown says whether the host of a URL contains a name that is unknown.
func startsUnknown(u jsValue) bool {
	host := strings.ToLower(originOf(u.text))
	for _, name := range u.unknown {
		if strings.Contains(host, strings.ToLower(name)) {
			return true
		}
	}
	return false
}

// script reads headers, body and referrer.
func (p *Pasted) script(o jsValue) {
	var hs exchange.Headers
	if h, ok := o.get("headers"); ok {
		if h.kind == jsUnknown {
			p.note("The headers are the variable %s, which is not in the text.", h.text)
			p.lacks(MissingHeaders)
		}
		for _, name := range h.unknown {
			if h.kind != jsUnknown {
				p.note("What %s adds to the headers is not in the text.", name)
				p.lacks(MissingHeaders)
			}
		}
		for _, m := range pairs(h) {
			if m.value.kind == jsNull && h.kind == jsObject {
				m.value = jsValue{kind: jsString, text: "null"}
			}
			hs = append(hs, exchange.Header{Name: m.name, Value: m.value.text})
			if len(m.value.unknown) > 0 {
				p.note("The value of the header %s is not in the text; %q stands in for it.", m.name, m.value.text)
			}
		}
	}
	referrer := ""
	if r, ok := o.get("referrer"); ok && r.kind == jsString {
		referrer = r.text
	}
	p.takeHeaders(hs, referrer)
	if b, ok := o.get("body"); ok {
		duplex, _ := o.get("duplex")
		half := duplex.text == "half"
		if b.kind == jsUnknown && half {
			b = jsValue{kind: jsStream} // nothing else needs the option
		}
		p.body(b)
		if p.Case.BodyStream && !half {
			p.note("fetch() throws at such a body without duplex: \"half\", which is assumed.")
		}
	}
	p.relative()
}

// body reads the body; what it brings as Content-Type counts where the script
// set none.
func (p *Pasted) body(b jsValue) {
	text, contentType := "", ""
	switch {
	case b.kind == jsStream:
		p.Case.Body, p.Case.BodyStream = &text, true
		p.note("The body is a ReadableStream: what it yields is not sent.")
		return
	case b.kind == jsNull:
		return
	case b.kind == jsParams:
		text, contentType = b.encode(), "application/x-www-form-urlencoded;charset=UTF-8"
	case b.kind == jsForm:
		contentType = "multipart/form-data; boundary=form"
		p.note("The body is a FormData: its content type is kept, its fields are not sent.")
	case b.readable():
		text = b.text
	default:
		text = b.text
	}
	if u := b.unknownWithin(); len(u) > 0 {
		p.note("The body is not whole in the text: %s stands in for its value.", strings.Join(u, " and "))
	}
	p.Case.Body = &text
	if contentType != "" && !p.Case.Headers.Has("content-type") {
		p.Case.Headers = append(p.Case.Headers, exchange.Header{Name: "content-type", Value: contentType})
	}
}

// relative completes a relative URL by the page's origin, if that is known.
func (p *Pasted) relative() {
	u := p.Case.URL
	if u == "" || strings.Contains(u, "://") {
		return
	}
	if strings.HasPrefix(u, "//") {
		p.Case.URL = "https:" + u
		return
	}
	if p.Case.Origin != "" && p.Case.Origin != "null" {
		p.Case.URL = p.Case.Origin + "/" + strings.TrimLeft(strings.TrimPrefix(u, "./"), "/")
		return
	}
	p.note("The URL %s is relative to the page: give it whole, or the page's origin.", begin(u))
	p.Case.URL = ""
	p.lacks(MissingURL)
}

// understoodRequest writes the line that says what was read of a request.
func (p *Pasted) understoodRequest(what string) {
	c := p.Case.WithDefaults()
	s := what + ": " + c.Method + " "
	if c.URL == "" {
		s += "of a URL that is not in the text"
	} else {
		s += shownURL(c.URL)
	}
	var with []string
	for _, h := range c.Headers {
		with = append(with, strings.ToLower(h.Name))
	}
	if len(with) > 0 {
		s += ", with " + strings.Join(with, ", ")
	}
	if c.Credentials != exchange.CredentialsSameOrigin {
		s += ", credentials " + string(c.Credentials)
	}
	if c.Origin != "" {
		s += ", from a page of " + c.Origin
	}
	p.Understood = s + "."
}
