package ui

import (
	"context"
	"errors"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
)

// Backend is what the screens need from outside. Its methods are called from
// commands, never from Update or View; they may be called at the same time.
type Backend interface {
	// Run diagnoses one case. It calls emit for each event, one at a time, and
	// returns what it has when ctx ends.
	Run(ctx context.Context, c exchange.Case, o RunOptions, emit func(diagnose.Event)) diagnose.Report
	// Understand turns what was pasted (a URL, the console's error, a fetch(),
	// a curl, the path of a HAR file) into a case. understood is one sentence
	// that says so; missing names what the paste did not say, of the Ask
	// constants. The error is for people.
	Understand(paste string) (c exchange.Case, understood string, missing []string, err error)
	// Save writes files into a directory, which it makes. Without force it
	// writes nothing where one of them exists, and returns an ExistsError.
	Save(dir string, files []snippets.File, force bool) (written []string, err error)
}

// What a paste may leave open, in the order in which it is asked.
const (
	AskURL         = "url"
	AskOrigin      = "origin"
	AskMethod      = "method"
	AskCredentials = "credentials"
	AskHeaders     = "headers"
	AskReadHeaders = "read_headers"
	AskSession     = "session"
)

// RunOptions are how a case is run.
type RunOptions struct {
	// AllowUnsafe lets the page's own POST, PUT, PATCH or DELETE go out.
	AllowUnsafe bool
	// WithoutSession runs the case as a visitor, whatever session it carries.
	WithoutSession bool
	// Lab is the scenario of the embedded lab in which the case runs; empty
	// means the network.
	Lab string
	// AllEngines asks for the verdict of each engine.
	AllEngines bool
	// Browser runs the same request in an installed browser too.
	Browser bool
}

// ExistsError says that Save found files that it would overwrite.
type ExistsError struct{ Paths []string }

func (e *ExistsError) Error() string {
	if len(e.Paths) == 1 {
		return e.Paths[0] + " is there already"
	}
	return "some of these files are there already"
}

// ErrNotHere is the error of something that this build or machine cannot do.
var ErrNotHere = errors.New("not available here")

// What follows a Backend may be able to do besides. A key whose interface the
// backend lacks says that it is not available.
type (
	// Clipboard is the desktop's own clipboard, beside the terminal's sequence
	// OSC 52, which not every terminal obeys.
	Clipboard interface{ Copy(text string) error }

	// Exporter writes a report as "json", "markdown", "html", "junit" or "har".
	Exporter interface {
		Export(r *diagnose.Report, format string) ([]byte, error)
	}

	// Prover walks the case again behind a proxy that applies a policy. The
	// report is what the browser would conclude then; note says what it proves
	// and what it does not.
	Prover interface {
		Prove(ctx context.Context, r *diagnose.Report, p snippets.Policy, o RunOptions,
			emit func(diagnose.Event)) (after diagnose.Report, note string, err error)
	}

	// Labs knows the scenarios of the embedded lab.
	Labs interface{ Scenarios() []Scenario }

	// LabFixer sets up a lab scenario anew, changes layers of it as whoever runs
	// them would, and walks it.
	LabFixer interface {
		FixLab(ctx context.Context, scenario string, changes []Change, p snippets.Policy,
			emit func(diagnose.Event)) (diagnose.Report, error)
	}

	// LabPage serves a lab scenario's failing page for the user's own browser.
	LabPage interface {
		OpenLabPage(ctx context.Context, scenario string) (url string, err error)
	}

	// Recents remembers cases between runs.
	Recents interface {
		Recent() []Recent
		Remember(r *diagnose.Report, lab string)
	}

	// Progress keeps the state of the tour between runs, by lesson.
	Progress interface {
		Progress() map[string]string
		SetProgress(lesson, state string)
	}

	// SessionTaker takes the user's session from a place that only the machine
	// knows: how is "cloudflared" or "browser".
	SessionTaker interface {
		TakeSession(ctx context.Context, how string, c exchange.Case) (exchange.Session, error)
	}

	// Choosy lists the requests of a paste that holds several: a HAR.
	Choosy interface {
		// Entries are the requests, the most likely first; none for another paste.
		Entries(paste string) []PasteEntry
		// UnderstandEntry is Understand for one of them, by its Index.
		UnderstandEntry(paste string, index int) (c exchange.Case, understood string, missing []string, err error)
	}

	// Mender reviews a file of the user's own, and mends it.
	Mender interface {
		// Mend reads a file and makes its correction for what the report shows and
		// the policy asks for. It writes nothing. The error is for people.
		Mend(path string, r *diagnose.Report, p snippets.Policy) (*Mend, error)
	}

	// MendFinder finds files near by that a Mender may mend, as paths.
	MendFinder interface{ MendFiles() []string }

	// Commander says the command line that runs a case, without secrets.
	Commander interface {
		Command(c exchange.Case, o RunOptions) string
	}
)

// PasteEntry is one request of a paste that holds several.
type PasteEntry struct {
	Index               int
	Method, URL, Origin string
	// Status is 0 where the page got no answer; Error is the browser's own note.
	Status int
	Error  string
}

// Mend is what was found in a file of the user's own, and its correction.
type Mend struct {
	// Kind is what the file is: "nginx", "worker", "express", "go".
	Kind     string
	Problems []MendProblem
	// Notes say what is left to a person.
	Notes []string
	// Diff is the correction as a unified diff, new files included; empty where
	// there is nothing to change.
	Diff string
	// Write makes the correction and keeps the file as it was beside it. It
	// returns, a line each, what was written and who checked it.
	Write func(ctx context.Context) (said []string, err error)
}

// MendProblem is one place that a browser minds.
type MendProblem struct {
	// At is "file:line:column".
	At string
	// Severity is "error", "warning" or "info".
	Severity string
	// What is wrong, and Why the browser minds, a sentence each.
	What, Why string
}

// Scenario is one set-up of the lab.
type Scenario struct {
	Name, Shows string
	Case        exchange.Case
}

// Change is what somebody does to one layer of a lab scenario.
type Change struct {
	Layer  answer.Layer
	Recipe snippets.Recipe
	// LogIn has the user log in at Access, in place of a recipe.
	LogIn bool
}

// Recent is a case that was walked before.
type Recent struct {
	Case exchange.Case
	// Lab is the lab scenario that it belongs to; empty for a real host.
	Lab string
	// Blocked says how it ended; Said is the verdict in a few words.
	Blocked bool
	Said    string
	// When is "yesterday", "25 Nov".
	When string
}
