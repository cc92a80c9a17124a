package main

import (
	"strings"

	"corstui/diagnose/exchange"
	"corstui/diagnose/finding"
)

// shellArgs is a case as arguments of corstui check, without any secret: the
// session is left to the environment. further words are added as they are.
func shellArgs(c exchange.Case, further ...string) string {
	args := []string{c.URL, "--origin", c.Origin}
	if c.Method != "" && c.Method != "GET" {
		args = append(args, "-X", c.Method)
	}
	for _, h := range c.Headers {
		args = append(args, "-H", h.Name+": "+h.Value)
	}
	if c.Body != nil {
		args = append(args, "-d", *c.Body)
	}
	if c.Credentials != "" && c.Credentials != exchange.CredentialsSameOrigin {
		args = append(args, "--credentials", string(c.Credentials))
	}
	for _, h := range c.ReadHeaders {
		args = append(args, "--read-header", h)
	}
	args = append(args, further...)
	for i, a := range args {
		args[i] = finding.ShellQuote(a)
	}
	return strings.Join(args, " ")
}
