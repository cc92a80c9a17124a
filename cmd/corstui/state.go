package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/adrg/xdg"

	"corstui/diagnose"
	"corstui/diagnose/exchange"
	"corstui/ui"
)

// maxRecent is how many cases are remembered.
const maxRecent = 20

// state is what corstui keeps between runs, in the user's state folder: recent
// cases without any session, and the tour's progress. A state that cannot be
// read or written never changes a result.
type state struct {
	mu   sync.Mutex
	path string // empty: nothing is kept
	data stateFile
}

type stateFile struct {
	Recent   []recentCase      `json:"recent"`
	Progress map[string]string `json:"progress"`
}

type recentCase struct {
	Case    exchange.Case `json:"case"`
	Lab     string        `json:"lab,omitempty"`
	Blocked bool          `json:"blocked"`
	Said    string        `json:"said"`
	When    time.Time     `json:"when"`
}

func openState(none bool) *state {
	s := &state{data: stateFile{Progress: map[string]string{}}}
	if none {
		return s
	}
	s.path = filepath.Join(xdg.StateHome, "corstui", "state.json")
	b, err := readRegular(s.path, maxOwn)
	if err != nil || json.Unmarshal(b, &s.data) != nil {
		s.data = stateFile{}
	}
	if s.data.Progress == nil {
		s.data.Progress = map[string]string{}
	}
	return s
}

// save writes the state for the user alone: it may hold request data.
func (s *state) save() {
	if s.path == "" {
		return
	}
	b, err := json.MarshalIndent(s.data, "", "  ")
	if err != nil || os.MkdirAll(filepath.Dir(s.path), 0o700) != nil {
		return
	}
	_ = writeWhole(s.path, b, 0o600)
}

func (s *state) remember(r *diagnose.Report, labName string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := r.Case
	c.Session, c.Reported = exchange.Session{}, nil // what a console said holds for the run that it was pasted for
	said, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(r.Headline, "BLOCKED at the preflight. "), "BLOCKED. "), ".")
	entry := recentCase{c, labName, !r.Verdict.Allowed, said, time.Now().UTC()}
	kept := []recentCase{entry}
	for _, old := range s.data.Recent {
		if old.Case.URL == c.URL && old.Case.Origin == c.Origin && old.Case.Method == c.Method && old.Lab == labName {
			continue
		}
		if len(kept) < maxRecent {
			kept = append(kept, old)
		}
	}
	s.data.Recent = kept
	s.save()
}

func (s *state) recent() []ui.Recent {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []ui.Recent
	for _, r := range s.data.Recent {
		out = append(out, ui.Recent{
			Case: r.Case, Lab: r.Lab, Blocked: r.Blocked, Said: diagnose.Shown(r.Said), When: ago(time.Since(r.When), r.When),
		})
	}
	return out
}

// ago is a time as people say it.
func ago(d time.Duration, t time.Time) string {
	switch {
	case d < time.Hour:
		return "just now"
	case d < 24*time.Hour:
		return "today"
	case d < 48*time.Hour:
		return "yesterday"
	}
	return t.Local().Format("2 Jan")
}

func (s *state) progress() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := make(map[string]string, len(s.data.Progress))
	for k, v := range s.data.Progress {
		out[k] = v
	}
	return out
}

func (s *state) setProgress(lesson, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.data.Progress[lesson] = value
	s.save()
}
