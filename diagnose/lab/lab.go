// Package lab is the simulated path on loopback: WAF, Access, Worker, cache and
// origin as separate handlers in the order of the wire, each able to answer by
// itself with the marks that the real ones show, and every mistake as a
// scenario.
package lab

import (
	"context"

	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// Truth is what a correct diagnosis of a scenario says.
type Truth struct {
	Layer     string   `json:"layer"` // answered_by.layer
	Certain   bool     `json:"certain"`
	Allowed   bool     `json:"allowed"`
	BlockedAt string   `json:"blocked_at"` // empty when allowed
	Reason    string   `json:"reason"`     // CorsError name, empty for none
	Mistakes  []int    `json:"mistakes"`   // exactly those
	Errors    []string `json:"errors"`     // IDs of findings of severity error, exactly those
	Warnings  []string `json:"warnings"`   // IDs of findings of severity warning, exactly those
	Assumes   []string `json:"assumes"`
}

// Scenario is one set-up of the path, the page that fails on it, and the truth.
type Scenario struct {
	Name  string // kebab-case
	Shows string // one line
	Case  exchange.Case
	Truth Truth
}

// Scenarios returns all scenarios in teaching order.
func Scenarios() []Scenario { return nil }

// Lab is a running path.
type Lab struct{}

// Start serves a scenario (or all, with an empty name) on loopback until Close.
// port 0 picks a free one. An unknown name is an error that suggests the nearest.
func Start(ctx context.Context, name string, port int) (*Lab, error) { return nil, nil }

// Network reaches the lab: every host of its scenarios, by its own CA.
func (l *Lab) Network() probe.Network { return probe.Network{} }

// URL is where a person looks: http://localhost:PORT, with the failing page.
func (l *Lab) URL() string { return "" }

// Addr is the loopback address, 127.0.0.1:PORT, of TLS and plain HTTP alike.
func (l *Lab) Addr() string { return "" }

// Close stops serving.
func (l *Lab) Close() error { return nil }
