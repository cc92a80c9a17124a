// Package diagnose runs one diagnosis from start to end: the browser's own
// requests first, then the probes, then who answered, what the browser
// concludes, what is wrong and what to change. All of it is one Report; every
// screen and format is a view of that value.
package diagnose

import (
	"encoding/json"
	"maps"
	"time"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
	"corstui/diagnose/finding"
	"corstui/diagnose/probe"
	"corstui/snippets"
)

// SchemaVersion is the version of the Report's JSON form.
const SchemaVersion = 1

// Report is one diagnosis, redacted and sanitised as it was made: whatever is
// in it may be shown.
type Report struct {
	Schema int `json:"schema"`
	// ID is the caller's own, any JSON value; null without.
	ID json.RawMessage `json:"id"`
	// Headline is the verdict in one or two sentences: what, where, who.
	Headline string    `json:"headline"`
	Started  time.Time `json:"started"`
	// Lab is the lab scenario that the case ran on; empty for real hosts.
	Lab        string        `json:"lab,omitempty"`
	Case       exchange.Case `json:"case"`
	Verdict    fetch.Verdict `json:"verdict"`
	AnsweredBy answer.Answer `json:"answered_by"`
	// DecidedBy is the ID of the exchange at which the verdict fell.
	DecidedBy string          `json:"decided_by"`
	Steps     []Step          `json:"steps"`
	Exchanges []answer.Seen   `json:"exchanges"`
	Triggers  []fetch.Trigger `json:"preflight_because"`
	Fault     *fetch.Fault    `json:"fault,omitempty"`
	// Local is what the browser itself refused; nothing was sent then.
	Local       *fetch.LocalBlock          `json:"local,omitempty"`
	Credentials []fetch.CredentialDecision `json:"credentials"`
	Facts       answer.Facts               `json:"facts"`
	Findings    []finding.Finding          `json:"findings"`
	Plan        []finding.Step             `json:"plan"`
	// Policy is what the API must allow for this case.
	Policy snippets.Policy `json:"policy"`
	// Browser is what an installed browser concluded, nil unless it was asked.
	Browser *BrowserVerdict `json:"browser,omitempty"`
}

// StepName is one of the four steps of the walk.
type StepName string

// The four steps, in the order in which people think of them. On the wire the
// WAF looks before Access.
const (
	StepBrowser StepName = "browser"
	StepAccess  StepName = "access"
	StepWAF     StepName = "waf"
	StepOrigin  StepName = "origin"
)

// Status is how a step went.
type Status string

// The statuses of a step.
const (
	StatusPass    Status = "pass"
	StatusFail    Status = "fail"
	StatusWarn    Status = "warn"
	StatusSkip    Status = "skip"
	StatusUnknown Status = "unknown"
)

// Step is one station of the walk.
type Step struct {
	Step    StepName `json:"step"`
	Status  Status   `json:"status"`
	Summary string   `json:"summary"`
	// Answered says that the deciding answer came from here.
	Answered  bool     `json:"answered"`
	Exchanges []string `json:"exchanges"`
}

// BrowserVerdict is what an installed browser concluded of the same fetch.
type BrowserVerdict struct {
	Product       string   `json:"product"` // "Chrome/156.0.8078.79"
	Allowed       bool     `json:"allowed"`
	Reason        *string  `json:"reason"`
	Console       []string `json:"console"`
	PreflightSent bool     `json:"preflight_sent"`
	Readable      []string `json:"readable_headers"`
	Status        int      `json:"status"`
	// Agrees says that it concluded what the model did.
	Agrees bool   `json:"agrees"`
	Note   string `json:"note,omitempty"`
}

// EventKind says what an Event tells.
type EventKind string

// The events of a run, in the order in which they come.
const (
	EventSending  EventKind = "sending"  // Exchange holds the request alone
	EventSeen     EventKind = "seen"     // Exchange is in
	EventVerdict  EventKind = "verdict"  // Report is what the browser's own requests show
	EventPlanned  EventKind = "planned"  // Probes will be sent
	EventFinished EventKind = "finished" // Report is complete
)

// Event is what happened during a run. Exchanges and reports in it are redacted.
type Event struct {
	Kind     EventKind
	Exchange *answer.Seen
	Probes   []probe.Probe
	Report   *Report
}

// ExchangeByID returns the exchange of the report with that ID, nil without.
func (r *Report) ExchangeByID(id string) *answer.Seen {
	for i := range r.Exchanges {
		if r.Exchanges[i].ID == id {
			return &r.Exchanges[i]
		}
	}
	return nil
}

// withLists returns the report with [] in the place of every absent list, as
// its JSON form promises.
func (r Report) withLists() Report {
	lists(&r.Verdict.Assumes)
	lists(&r.Verdict.ReadableHeaders)
	lists(&r.Verdict.HiddenHeaders)
	if engines := maps.Clone(r.Verdict.Engines); engines != nil {
		for name, e := range engines {
			lists(&e.Assumes)
			lists(&e.ReadableHeaders)
			lists(&e.Credentials)
			engines[name] = e
		}
		r.Verdict.Engines = engines
	}
	lists(&r.Case.ReadHeaders)
	answerLists(&r.AnsweredBy)
	lists(&r.Facts.Proofs)
	lists(&r.Exchanges)
	lists(&r.Triggers)
	lists(&r.Credentials)
	lists(&r.Findings)
	lists(&r.Plan)
	lists(&r.Policy.AllowOrigins)
	lists(&r.Policy.AllowMethods)
	lists(&r.Policy.AllowHeaders)
	lists(&r.Policy.ExposeHeaders)
	for i := range r.Exchanges {
		answerLists(&r.Exchanges[i].Answer)
		lists((*[]exchange.Header)(&r.Exchanges[i].Request.Headers))
	}
	for i := range r.Findings {
		lists(&r.Findings[i].Evidence)
		lists(&r.Findings[i].Fix.Targets)
	}
	for i := range r.Plan {
		lists(&r.Plan[i].Targets)
	}
	return r
}

func answerLists(a *answer.Answer) {
	lists(&a.Evidence)
	lists(&a.Candidates)
	lists(&a.Through)
}

func lists[T any](s *[]T) {
	if *s == nil {
		*s = []T{}
	}
}

// The exit codes of the command line.
const (
	ExitAllowed = 0 // allowed, and no finding is an error
	ExitBlocked = 1 // blocked, or an error finding; also what the browser itself refuses
	ExitUsage   = 2
	ExitNetwork = 3 // nothing could be probed
	ExitPartial = 4 // allowed as far as was sent
)

// ExitCode is the exit code that the report stands for.
func (r Report) ExitCode() int {
	switch {
	case r.AnsweredBy.Layer == answer.LayerNetwork:
		return ExitNetwork
	case !r.Verdict.Allowed, r.HasError():
		return ExitBlocked
	case r.Verdict.Partial:
		return ExitPartial
	}
	return ExitAllowed
}

// HasError says whether a finding of the report is an error.
func (r Report) HasError() bool {
	for _, f := range r.Findings {
		if f.Severity == finding.Error {
			return true
		}
	}
	return false
}

// Failed is the report of a case that could not be run at all, for the reason
// of the error.
func Failed(c exchange.Case, err error) Report {
	m := newMask(c)
	why := m.text(err.Error())
	r := Report{
		Schema: SchemaVersion, Headline: "NOT SENT. " + why, Started: time.Now().UTC(), Case: c.WithDefaults(),
		AnsweredBy: answer.Answer{
			Layer: answer.LayerNetwork, Confidence: answer.Certain,
			Evidence: []answer.Evidence{{What: "not sent", Says: why, Strength: string(answer.Certain)}},
		},
		Steps: []Step{{Step: StepBrowser, Status: StatusFail, Summary: why, Answered: true}, {Step: StepAccess, Status: StatusSkip},
			{Step: StepWAF, Status: StatusSkip}, {Step: StepOrigin, Status: StatusSkip}},
	}
	for i := range r.Steps {
		lists(&r.Steps[i].Exchanges)
		if r.Steps[i].Summary == "" {
			r.Steps[i].Summary = "not reached"
		}
	}
	return m.report(r.withLists())
}
