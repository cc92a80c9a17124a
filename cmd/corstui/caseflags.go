package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/pflag"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/paste"
	"corstui/diagnose/probe"
)

// caseFlags are the flags that describe a case and how to reach it. Flags have
// curl's names where curl has one.
type caseFlags struct {
	origin, method, data, credentials string
	headers, readHeaders, cookies     []string
	resolve, connectTo                []string
	cacert, userAgent, direct, engine string
	from                              string
	insecure                          bool
	maxTime                           float64
	allowUnsafe, verdictOnly, browser bool

	flags *pflag.FlagSet
}

func (f *caseFlags) register(fs *pflag.FlagSet) {
	f.flags = fs
	fs.StringVar(&f.origin, "origin", "", "the page's `ORIGIN`: https://app.example.com, or null")
	fs.StringVarP(&f.method, "method", "X", "GET", "`METHOD` of the fetch")
	fs.StringArrayVarP(&f.headers, "header", "H", nil, "a header that the page's script sets: `'Name: value'`; repeats")
	fs.StringVarP(&f.data, "data", "d", "", "`BODY` of the request")
	fs.StringVar(&f.credentials, "credentials", "same-origin", "fetch()'s credentials: omit, same-origin or include")
	fs.StringArrayVar(&f.readHeaders, "read-header", nil, "a response header that the page's script reads: `NAME`; repeats")
	fs.StringArrayVarP(&f.cookies, "cookie", "b", nil, "cookies of your browser: `'n=v; n2=v2'` or @FILE; repeats")
	fs.StringArrayVar(&f.resolve, "resolve", nil, "`HOST:PORT:ADDR`: use this address; repeats")
	fs.StringArrayVar(&f.connectTo, "connect-to", nil, "`HOST:PORT:HOST2:PORT2`: connect there instead; repeats")
	fs.StringVar(&f.cacert, "cacert", "", "trust the certificates in this PEM `FILE` too")
	fs.BoolVarP(&f.insecure, "insecure", "k", false, "accept any certificate")
	fs.Float64Var(&f.maxTime, "max-time", 10, "bound the whole command to these `SECONDS`")
	fs.StringVarP(&f.userAgent, "user-agent", "A", "", "`USER-AGENT` of the page's requests")
	fs.StringVar(&f.direct, "direct", "", "the origin's own `HOST:PORT`, past Cloudflare")
	fs.BoolVar(&f.allowUnsafe, "allow-unsafe-methods", false, "send the page's own POST, PUT, PATCH or DELETE for real")
	fs.BoolVar(&f.verdictOnly, "verdict-only", false, "send nothing but what the browser itself would send")
	fs.StringVar(&f.engine, "engine", "chromium", "whose verdict: chromium, firefox, webkit or standard")
	fs.BoolVar(&f.browser, "browser", false, "confirm in an installed Chrome, Chromium or Edge; with --engine firefox, in Firefox")
	fs.StringVar(&f.from, "from", "", "read the case from `FILE`, or - for standard input: a console error, fetch(), curl or HAR")
}

// listFlags are the flags whose values are never empty.
func (f *caseFlags) listFlags() map[string][]string {
	return map[string][]string{
		"header": f.headers, "read-header": f.readHeaders, "cookie": f.cookies,
		"resolve": f.resolve, "connect-to": f.connectTo,
	}
}

// plan is a case and how to diagnose it.
type plan struct {
	Case    exchange.Case
	Options diagnose.Options
}

// build makes the case from the flags, from what --from says, and from the
// URL argument, the later overruling the earlier: input, argument, flags.
func (f *caseFlags) build(a *app, args []string) (plan, error) {
	var p plan
	var notes []string
	if f.from != "" {
		text, err := a.readInput(f.from)
		if err != nil {
			return p, err
		}
		pasted, err := paste.Parse(string(text))
		if err != nil {
			return p, fmt.Errorf("--from %s: %w", f.from, err)
		}
		p.Case = pasted.Case
		notes = pasted.Notes
		// A curl says how it reaches its host, too.
		f.resolve = append(f.resolve, pasted.Resolve...)
		f.connectTo = append(f.connectTo, pasted.ConnectTo...)
		f.insecure = f.insecure || pasted.Insecure
	}
	if len(args) > 0 {
		if err := checkURL(args[0]); err != nil {
			return p, err
		}
		p.Case.URL = args[0]
	}
	if err := errors.Join(f.checkLists(), f.fillCase(&p.Case)); err != nil {
		return p, firstOf(err)
	}
	var err error
	if p.Options, err = f.options(); err != nil {
		return p, err
	}
	if complete(p.Case) == nil { // else one line says what is missing
		for _, n := range notes {
			fmt.Fprintf(a.std.err, "note: %s\n", diagnose.Shown(n))
		}
	}
	return p, nil
}

// complete reports what the case still lacks.
func complete(c exchange.Case) error {
	if c.URL == "" {
		return errors.New("no URL given; right would be: corstui check https://api.example.com/path --origin https://app.example.com")
	}
	if c.Origin == "" {
		return errors.New("no page given: which page sends the request? Right would be --origin https://app.example.com")
	}
	return nil
}

func (f *caseFlags) checkLists() error {
	for name, values := range f.listFlags() {
		for _, v := range values {
			if strings.TrimSpace(v) == "" {
				return fmt.Errorf("--%s: the value is empty; leave the flag out instead", name)
			}
		}
	}
	// Not data: an empty body is a body.
	err := checkEmpty(f.flags, "origin", "method", "direct", "cacert", "from", "engine", "user-agent", "output", "baseline", "shard")
	if err == nil && strings.ContainsFunc(f.userAgent, unicode.IsControl) {
		err = fmt.Errorf("--user-agent %q: has a control character in it; right would be one line of text", f.userAgent)
	}
	return err
}

// fillCase puts what the flags say into the case.
func (f *caseFlags) fillCase(c *exchange.Case) error {
	if f.origin != "" {
		o, err := fetch.ParseCaseOrigin(f.origin)
		if err != nil {
			return fmt.Errorf("--%w", err) // its error begins with the word origin
		}
		c.Origin = o
	}
	if f.flags.Changed("method") || c.Method == "" {
		c.Method = f.method
	}
	for _, h := range f.headers {
		name, value, ok := strings.Cut(h, ":")
		if !ok || strings.TrimSpace(name) == "" {
			return fmt.Errorf("--header %q: the colon is missing; right would be 'Name: value'", h)
		}
		c.Headers = append(c.Headers, exchange.Header{Name: strings.TrimSpace(name), Value: strings.TrimSpace(value)})
	}
	if f.flags.Changed("data") {
		body := f.data
		c.Body = &body
	}
	if f.flags.Changed("credentials") || c.Credentials == "" {
		mode := exchange.CredentialsMode(f.credentials)
		switch mode {
		case exchange.CredentialsOmit, exchange.CredentialsSameOrigin, exchange.CredentialsInclude:
			c.Credentials = mode
		default:
			return fmt.Errorf("--credentials %q: no such mode; one of omit, same-origin, include", f.credentials)
		}
	}
	c.ReadHeaders = append(c.ReadHeaders, f.readHeaders...)
	return f.fillSession(&c.Session)
}

// fillSession takes the session from -b and from the environment.
func (f *caseFlags) fillSession(s *exchange.Session) error {
	for _, b := range f.cookies {
		cookies, err := parseCookies(b)
		if err != nil {
			return err
		}
		s.Cookies = append(s.Cookies, cookies...)
	}
	if t := strings.TrimSpace(os.Getenv("CF_ACCESS_TOKEN")); t != "" {
		s.AccessToken = t
	}
	id, secret := strings.TrimSpace(os.Getenv("CF_ACCESS_CLIENT_ID")), strings.TrimSpace(os.Getenv("CF_ACCESS_CLIENT_SECRET"))
	switch {
	case id != "" && secret == "":
		return errors.New("CF_ACCESS_CLIENT_ID is set, but CF_ACCESS_CLIENT_SECRET is not; a service token needs both")
	case id == "" && secret != "":
		return errors.New("CF_ACCESS_CLIENT_SECRET is set, but CF_ACCESS_CLIENT_ID is not; a service token needs both")
	case id != "":
		s.ServiceTokenID, s.ServiceTokenSecret = id, secret
	}
	for _, v := range append(s.Secrets(), id) {
		if strings.ContainsFunc(v, unicode.IsControl) {
			return errors.New("a cookie or token has a line break or another control character in it; right would be its value alone, on one line")
		}
	}
	return nil
}

// options are the network and the limits.
func (f *caseFlags) options() (diagnose.Options, error) {
	var o diagnose.Options
	if math.IsNaN(f.maxTime) || f.maxTime <= 0 || f.maxTime > 86400 {
		return o, fmt.Errorf("--max-time %v: out of range; right would be seconds, more than 0 and at most 86400", f.maxTime)
	}
	engine, err := fetch.EngineByName(f.engine)
	if err != nil {
		return o, fmt.Errorf("--%w", err) // its error begins with the word engine
	}
	n := probe.Network{Resolve: f.resolve, ConnectTo: f.connectTo, Insecure: f.insecure, Direct: f.direct, UserAgent: f.userAgent}
	if f.cacert != "" {
		if n.CAPEM, err = readPEM(f.cacert); err != nil {
			return o, fmt.Errorf("--cacert %s: %w; right would be a readable PEM file", f.cacert, cause(err))
		}
	}
	client, err := probe.NewClient(n) // checks the values
	if err != nil {
		return o, err
	}
	client.Close()
	o = diagnose.Options{
		Network: n, MaxTime: max(1, time.Duration(f.maxTime*float64(time.Second))), AllowUnsafe: f.allowUnsafe,
		VerdictOnly: f.verdictOnly, Engine: engine, AllEngines: !f.flags.Changed("engine"), UserAgent: f.userAgent,
	}
	if f.browser {
		o.Browser = realBrowser(o)
	}
	return o, nil
}

// firstOf is the first of joined errors: one line on standard error.
func firstOf(err error) error {
	if j, ok := err.(interface{ Unwrap() []error }); ok {
		if all := j.Unwrap(); len(all) > 0 {
			return all[0]
		}
	}
	return err
}

// cause is the operating system's reason of an error, without the path that it
// repeats.
func cause(err error) error {
	var p *os.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err
	case errors.As(err, &l):
		return l.Err
	}
	return err
}

// batchDefaults are the parts of a case that the flags give to every line of a
// batch; a line brings the rest itself.
func (f *caseFlags) batchDefaults() (exchange.Case, error) {
	for _, name := range []string{"origin", "method", "data", "credentials"} {
		if f.flags.Changed(name) {
			return exchange.Case{}, fmt.Errorf("--%s: with --cases, each line brings its own", name)
		}
	}
	var c exchange.Case
	if err := f.fillCase(&c); err != nil {
		return c, err
	}
	return exchange.Case{Session: c.Session, Headers: c.Headers, ReadHeaders: c.ReadHeaders}, nil
}

// maxPEM is more than twenty times the authorities of a whole system.
const maxPEM = 8 << 20

// readPEM reads certificates, from a pipe too.
func readPEM(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b, more, err := readUpTo(f, maxPEM)
	if more {
		return nil, fmt.Errorf("larger than %d MiB", maxPEM>>20)
	}
	return b, err
}
