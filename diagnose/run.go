package diagnose

import (
	"context"
	"slices"
	"sort"
	"strconv"
	"strings"
	"sync"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
	"corstui/diagnose/probe"
)

// DefaultMaxTime bounds a diagnosis where Options.MaxTime does not.
const DefaultMaxTime = 10 * time.Second

// DefaultMaxProbes is how many probes go to one host at most.
const DefaultMaxProbes = 16

// Options are how a diagnosis is run.
type Options struct {
	Network probe.Network
	// MaxTime bounds the whole diagnosis; 0 means DefaultMaxTime.
	MaxTime time.Duration
	// AllowUnsafe lets the page's own POST, PUT, PATCH or DELETE go out.
	AllowUnsafe bool
	// VerdictOnly sends nothing but what the browser itself would send.
	VerdictOnly bool
	// Confirm also asks for what proves once more what is certain: the keys of an
	// Access team that certainly answered, to check its signature. It is for
	// somebody who sees the verdict before the probes are done.
	Confirm bool
	// Engine whose verdict is asked for; AllEngines fills Verdict.Engines.
	Engine     fetch.Engine
	AllEngines bool
	// Lab is the lab scenario that Network reaches; the report says so.
	Lab string
	// MaxProbes a host; 0 means DefaultMaxProbes.
	MaxProbes int
	UserAgent string
	// Client is used instead of one made from Network, for batches.
	Client *probe.Client
	// Browser, if set, runs the same case in an installed browser.
	Browser func(context.Context, exchange.Case) (*BrowserVerdict, error)
}

// Run diagnoses one case: the browser's own requests first, alone; then, unless
// VerdictOnly, the probes that tell the layers apart. It always returns a
// Report; what failed on the way is in it. emit may be nil; it is never called
// concurrently. An error means that the network options are wrong.
func Run(ctx context.Context, c exchange.Case, o Options, emit func(Event)) (Report, error) {
	if o.MaxTime <= 0 {
		o.MaxTime = DefaultMaxTime
	}
	if o.MaxProbes <= 0 {
		o.MaxProbes = DefaultMaxProbes
	}
	client := o.Client
	if client == nil {
		var err error
		if client, err = probe.NewClient(o.Network); err != nil {
			return Report{}, err
		}
		defer client.Close()
	}
	ctx, cancel := context.WithTimeout(ctx, o.MaxTime)
	defer cancel()

	r := &run{c: c.WithDefaults(), o: o, started: time.Now(), emit: emit}
	r.wire = client.Session(r.c.URL)
	r.mask = newMask(r.c)
	if !o.VerdictOnly && o.Client == nil {
		r.wire.Ready(o.MaxProbes) // connections for the probes open beside the first request
		r.wire.ReadyTeam(ctx, r.c)
	}
	r.browserRequests(ctx)
	if !o.VerdictOnly {
		r.probes(ctx)
	}
	report := r.report()
	if o.Browser != nil && report.Local == nil {
		report.Browser = r.realBrowser(ctx, report.Verdict)
	}
	r.send(Event{Kind: EventFinished, Report: &report})
	return report, nil
}

// run is the state of one diagnosis.
type run struct {
	c       exchange.Case
	o       Options
	started time.Time
	wire    *probe.Session
	mask    *mask
	result  fetch.Result
	answers answer.Memo
	// probed are the exchanges after the browser's own.
	probed []exchange.Exchange

	mu   sync.Mutex
	emit func(Event)
}

func (r *run) send(e Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.emit != nil {
		r.emit(e)
	}
}

// RoundTrip implements fetch.Transport: the wire, told to whoever watches.
func (r *run) RoundTrip(ctx context.Context, p exchange.Purpose, q exchange.Request) exchange.Exchange {
	if r.emit != nil {
		x := r.mask.seen(answer.Seen{Exchange: exchange.Exchange{Purpose: p, Request: q}})
		r.send(Event{Kind: EventSending, Exchange: &x})
	}
	x := r.wire.RoundTrip(ctx, p, q)
	r.saw(x)
	return x
}

// saw learns the secrets of an exchange and tells whoever watches.
func (r *run) saw(x exchange.Exchange) {
	r.mask.learn(x)
	if r.emit != nil {
		s := r.mask.seen(answer.Seen{Exchange: x, Answer: answer.Of(x)})
		r.send(Event{Kind: EventSeen, Exchange: &s})
	}
}

func (r *run) fetchOptions() fetch.Options {
	return fetch.Options{Engine: r.o.Engine, AllowUnsafe: r.o.AllowUnsafe, UserAgent: r.o.UserAgent}
}

func (r *run) browserRequests(ctx context.Context) {
	switch {
	case !r.o.AllEngines:
		r.result = fetch.Run(ctx, r.c, r, r.fetchOptions())
	case r.o.VerdictOnly:
		// Nothing goes out for another engine: one that would have sent something
		// else is absent.
		r.result = fetch.Run(ctx, r.c, r, r.fetchOptions())
		r.result.Verdict.Engines = fetch.DecideEngines(r.c, r.result.Exchanges, r.fetchOptions()).Verdict.Engines
	default:
		r.result = fetch.RunEngines(ctx, r.c, r, r.fetchOptions())
	}
	if r.emit != nil {
		report := r.report()
		r.send(Event{Kind: EventVerdict, Report: &report})
	}
}

// probes sends the plan: one round, and one more where the first showed whom
// else to ask (the team's keys, once the team is known).
func (r *run) probes(ctx context.Context) {
	if r.result.Local != nil {
		return
	}
	r.standIn(ctx)
	for range 2 {
		seen, _ := r.answers.Attribute(r.c, r.exchanges(), r.started)
		plan := r.plan(seen)
		if len(plan) == 0 || ctx.Err() != nil {
			return
		}
		r.sendPlan(ctx, plan)
	}
}

func (r *run) sendPlan(ctx context.Context, plan []probe.Probe) {
	r.send(Event{Kind: EventPlanned, Probes: r.mask.probes(plan)})
	r.wire.RunAll(ctx, plan, func(_ probe.Probe, x exchange.Exchange) {
		r.probed = append(r.probed, x)
		r.saw(x)
	})
}

func (r *run) exchanges() []exchange.Exchange {
	xs := make([]exchange.Exchange, 0, len(r.result.Exchanges)+len(r.probed))
	xs = append(append(xs, r.result.Exchanges...), r.probed...)
	sort.SliceStable(xs, func(i, j int) bool { return number(xs[i].ID) < number(xs[j].ID) })
	return xs
}

// number is the place of an exchange in the order sent, which its ID holds.
func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "e"))
	return n
}

// report concludes from what was seen so far.
func (r *run) report() Report {
	seen, facts := r.answers.Attribute(r.c, r.exchanges(), r.started)
	in := finding.Input{
		Case: r.c, Fetch: r.result, Seen: seen, Facts: facts,
		Direct: r.o.Network.Direct != "", VerdictOnly: r.o.VerdictOnly,
	}
	said := finding.Conclude(in)
	verdict := assuming(r.result.Verdict, said.Assumes)
	report := Report{
		Schema: SchemaVersion, Headline: said.Headline, Started: r.started.UTC(), Lab: r.o.Lab,
		Case: r.c, Verdict: verdict, AnsweredBy: answeredBy(in), DecidedBy: r.result.DecidedBy,
		Steps: steps(in, said.Findings), Exchanges: seen, Triggers: r.result.Triggers, Fault: r.result.Fault,
		Local: r.result.Local, Credentials: r.result.Credentials, Facts: facts,
		Findings: said.Findings, Plan: said.Plan, Policy: said.Policy,
	}
	return r.mask.report(report.withLists())
}

// assuming adds to a verdict, and to that of each engine, what it rests on for
// any engine.
func assuming(v fetch.Verdict, assumes []string) fetch.Verdict {
	v.Assumes = slices.Concat(assumes, v.Assumes)
	if v.Engines == nil {
		return v
	}
	engines := make(map[string]fetch.EngineVerdict, len(v.Engines))
	for name, e := range v.Engines {
		e.Assumes = slices.Concat(assumes, e.Assumes)
		engines[name] = e
	}
	v.Engines = engines
	return v
}

// answeredBy is who answered the exchange at which the verdict fell.
func answeredBy(in finding.Input) answer.Answer {
	if in.Fetch.Local != nil {
		return answer.Answer{
			Layer: answer.LayerBrowser, Confidence: answer.Certain,
			Evidence: []answer.Evidence{{What: in.Fetch.Local.Kind, Says: in.Fetch.Local.Message, Strength: string(answer.Certain)}},
		}
	}
	if x := decisive(in); x != nil {
		return x.Answer
	}
	return answer.Answer{Layer: answer.LayerUnknown, Confidence: answer.Unknown, Evidence: []answer.Evidence{}}
}

// realBrowser runs the case in an installed browser and compares.
func (r *run) realBrowser(ctx context.Context, v fetch.Verdict) *BrowserVerdict {
	b, err := r.o.Browser(ctx, r.c)
	if err != nil {
		return &BrowserVerdict{Note: r.mask.text(err.Error()), Console: []string{}, Readable: []string{}}
	}
	b.Agrees = b.agrees(r.o.Engine, v)
	lists(&b.Console)
	lists(&b.Readable)
	return r.mask.browser(b)
}

// agrees says whether the browser concluded what the model did, as that engine.
// Reasons are compared where the browser is of the engine: the names are its
// own.
func (b *BrowserVerdict) agrees(e fetch.Engine, v fetch.Verdict) bool {
	if b.Allowed != v.Allowed || b.PreflightSent != v.PreflightSent {
		return false
	}
	own := fetch.Chromium
	if strings.HasPrefix(b.Product, "Firefox/") {
		own = fetch.Firefox
	}
	return e != own || same(b.Reason, v.Reason)
}

func same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
