// Package redact decides what may be shown: secrets are masked by value, in
// encoded forms too, and control characters and bidirectional overrides are
// made harmless. It is a leaf and pure.
package redact
