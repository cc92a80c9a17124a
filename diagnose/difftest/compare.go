package difftest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/probe"
)

// perCase bounds one case, in a browser or on the model.
const perCase = 25 * time.Second

// Loopback sends every host to the server, but for those that must not resolve.
var Loopback = probe.Network{Insecure: true, ConnectTo: []string{"nowhere.nx.test::~NOTFOUND:", "::127.0.0.1:"}}

// A Subject is a browser that is compared with the model.
type Subject struct {
	Name   string // "Chromium"
	Engine fetch.Engine
	// Conclude runs a case in the browser. What it says beside its conclusion
	// stands in the message of a failure.
	Conclude func(context.Context, exchange.Case) (Conclusion, string, error)
	// Console takes the sentence that is compared out of the model's verdict, and
	// Same, if set, makes the sentences of both alike where the browser's choice
	// of words cannot be known.
	Console func(fetch.Verdict) string
	Same    func(string) string
	// Told says what of a conclusion the browser lets one see; nil means all.
	Told func(Scenario, *Conclusion)
	// Exceptions are the scenarios in which model and browser are known to
	// differ, by name, and why it stays so.
	Exceptions map[string]string
	// Tries are how often the browser sends a request, preflights included, that
	// the connection's end leaves without an answer, by scenario. The model sends
	// it once: the verdict is the same.
	Tries map[string]int
	// Reasons are the names that must occur: those that a server can cause.
	Reasons []string
}

// Compare runs scenarios in a browser and on the model. The conclusions must be
// equal: whether the page gets the response, whether a preflight went out, what
// the page can read, why not, what the console says, and what the server was
// asked.
func Compare(ctx context.Context, t *testing.T, server *Server, sub Subject, all []Scenario) {
	t.Helper()
	client, err := probe.NewClient(Loopback)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	// A new page costs more than a request: cases of one origin together, those
	// of the usual page first.
	slices.SortStableFunc(all, func(a, b Scenario) int { return strings.Compare(b.Case.Origin, a.Case.Origin) })
	began := time.Now()
	reasons, names := map[string]bool{}, map[string]bool{}
	for i, s := range all {
		if names[s.Name] {
			t.Errorf("two scenarios are named %q", s.Name)
		}
		names[s.Name] = true
		inBrowser, differ := sub.compare(ctx, t, server, client, s, i)
		reasons[inBrowser.Reason] = true
		if why := sub.Exceptions[s.Name]; why != "" && !differ {
			t.Errorf("%s: the two agree now; the exception (%s) is out of date", s.Name, why)
		}
	}
	if whole(all) {
		held(t, names)
	}
	for _, name := range sub.Reasons {
		if !reasons[name] {
			t.Errorf("no scenario made %s report %s", sub.Name, name)
		}
	}
	for name := range sub.Exceptions {
		if !names[name] {
			t.Errorf("the exception %q is no scenario", name)
		}
	}
	t.Logf("%d scenarios in %s in %s, %d documented exceptions", len(all), sub.Name, time.Since(began).Round(time.Second), len(sub.Exceptions))
}

// compare runs scenario number i and reports a difference that no exception
// names.
func (sub Subject) compare(ctx context.Context, t *testing.T, server *Server, client *probe.Client, s Scenario, i int) (inBrowser Conclusion, differs bool) {
	t.Helper()
	c := s.Install(server, i)
	browsers := true // the browser comes first
	told := func(out *Conclusion) {
		out.Asked = server.Asked(fmt.Sprintf("c%d", i))
		if want := sub.Tries[s.Name]; browsers && want != 0 && len(out.Asked) != want {
			t.Errorf("%s: %s asked %d times, not %d: %q", s.Name, sub.Name, len(out.Asked), want, out.Asked)
		}
		browsers = false
		if sub.Told != nil {
			sub.Told(s, out)
		}
		if strings.HasPrefix(s.Name, "wire/") {
			out.Asked = nil // a browser sends again what a broken connection did not answer
		}
	}
	return sub.one(ctx, t, client, s.Name, c, told)
}

// One runs a single case in the browser and on the model, over the client's
// network, and reports a difference.
func (sub Subject) One(ctx context.Context, t *testing.T, client *probe.Client, name string, c exchange.Case) {
	t.Helper()
	sub.one(ctx, t, client, name, c, func(*Conclusion) {})
}

func (sub Subject) one(ctx context.Context, t *testing.T, client *probe.Client, name string, c exchange.Case, told func(*Conclusion)) (inBrowser Conclusion, differs bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(ctx, perCase)
	defer cancel()
	inBrowser, note, err := sub.Conclude(ctx, c)
	if err != nil {
		t.Fatalf("%s: %s: %v", name, sub.Name, err)
	}
	told(&inBrowser)
	inModel, x := sub.onModel(ctx, client, c)
	told(&inModel)
	what := inBrowser.differ(inModel)
	if what != "" && sub.Exceptions[name] == "" {
		t.Errorf("%s: %s %s from %s: %s differ\n  %-9s %s\n            %s\n  model:    %s\n            %s",
			name, c.Method, c.URL, c.Origin, what, sub.Name+":", inBrowser, note, inModel, x)
	}
	return inBrowser, what != ""
}

// onModel runs the case on the model and says what it sent.
func (sub Subject) onModel(ctx context.Context, client *probe.Client, c exchange.Case) (Conclusion, string) {
	r := fetch.Run(ctx, c, client.Session(c.URL), fetch.Options{AllowUnsafe: true, Engine: sub.Engine})
	v := r.Verdict
	out := Conclusion{Allowed: v.Allowed, Preflight: v.PreflightSent, Readable: v.ReadableHeaders, Console: sub.Console(v), Event: v.Event, same: sub.Same}
	if v.Reason != nil {
		out.Reason = *v.Reason
	}
	var sent []string
	for _, x := range r.Exchanges {
		s := x.Request.Method + " " + x.Request.URL
		if x.Response != nil {
			s += fmt.Sprintf(" → %d", x.Response.Status)
		} else if x.Failure != nil {
			s += " → " + x.Failure.Message
		}
		sent = append(sent, s)
	}
	return out, strings.Join(sent, ", ")
}

// Conclusion is what is compared.
type Conclusion struct {
	Allowed, Preflight bool
	Readable           []string
	Reason             string
	Console            string   // the deciding sentence, empty for none
	Event              string   // of an element
	Asked              []string // what the server saw

	same func(string) string
}

// String shows the conclusion in a failure's message.
func (c Conclusion) String() string {
	s := "blocked"
	if c.Allowed {
		s = "allowed"
	}
	if c.Preflight {
		s += ", preflight sent"
	}
	if c.Reason != "" {
		s += ", " + c.Reason
	}
	s += ", reads [" + strings.Join(c.Readable, " ") + "]"
	if c.Event != "" {
		s += ", fires " + c.Event
	}
	if c.Console != "" {
		s += "\n            " + c.Console
	}
	for _, a := range c.Asked {
		s += "\n            " + a
	}
	return s
}

// differ says in what a browser's conclusion differs from the model's; empty
// for nothing.
func (c Conclusion) differ(model Conclusion) string {
	same := model.same
	if same == nil {
		same = func(s string) string { return s }
	}
	switch {
	case c.Allowed != model.Allowed:
		return "allowed"
	case c.Preflight != model.Preflight:
		return "preflight sent"
	case !slices.Equal(c.Readable, model.Readable):
		return "readable headers"
	case c.Reason != model.Reason:
		return "reason"
	case c.Event != model.Event:
		return "event"
	case same(c.Console) != same(model.Console):
		return "console"
	case !slices.Equal(c.Asked, model.Asked):
		return "requests"
	}
	return ""
}
