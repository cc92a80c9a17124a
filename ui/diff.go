package ui

import (
	"fmt"
	"sort"
	"strings"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/ui/rich"
)

// need is one response header that the browser looks for.
type need struct {
	on    exchange.Purpose
	name  string
	value string
}

// needsOf are the headers that the policy puts on each answer.
func needsOf(r *diagnose.Report) []need {
	p := r.Policy
	origin := r.Case.Origin
	if len(p.AllowOrigins) > 0 {
		origin = p.AllowOrigins[0]
		for _, o := range p.AllowOrigins {
			if o == r.Case.Origin {
				origin = o
			}
		}
	}
	common := func(on exchange.Purpose) []need {
		out := []need{{on, "Access-Control-Allow-Origin", origin}}
		if p.Credentials {
			out = append(out, need{on, "Access-Control-Allow-Credentials", "true"})
		}
		if origin != "*" {
			out = append(out, need{on, "Vary", "Origin"})
		}
		return out
	}
	var out []need
	if r.Verdict.PreflightSent {
		out = append(out, common(exchange.PurposePreflight)...)
		if len(p.AllowMethods) > 0 {
			out = append(out, need{exchange.PurposePreflight, "Access-Control-Allow-Methods", strings.Join(p.AllowMethods, ", ")})
		}
		if len(p.AllowHeaders) > 0 {
			out = append(out, need{exchange.PurposePreflight, "Access-Control-Allow-Headers", strings.Join(p.AllowHeaders, ", ")})
		}
		if p.MaxAge != nil {
			out = append(out, need{exchange.PurposePreflight, "Access-Control-Max-Age", fmt.Sprint(*p.MaxAge)})
		}
	}
	out = append(out, common(exchange.PurposeRequest)...)
	if len(p.ExposeHeaders) > 0 {
		out = append(out, need{exchange.PurposeRequest, "Access-Control-Expose-Headers", strings.Join(p.ExposeHeaders, ", ")})
	}
	return out
}

// diffLines show, header by header, what the policy needs against what was seen.
func diffLines(e *env, r *diagnose.Report, w int) []rich.Line {
	var out []rich.Line
	var on exchange.Purpose
	var x *answer.Seen
	for _, n := range needsOf(r) {
		if n.on != on {
			on = n.on
			if len(out) > 0 {
				out = append(out, nil)
			}
			x = lastOf(r, on)
			head := "the answer to the " + purposeName(on)
			if x == nil || x.Response == nil {
				head += ": none was seen"
			} else {
				head += fmt.Sprintf(": %s, %d", requestLine(x.Request), x.Response.Status)
			}
			out = append(out, rich.L(rich.S(rich.Strong, upperFirst(head))).Cut(w))
			if on == exchange.PurposePreflight && x != nil && x.Response != nil && (x.Response.Status < 200 || x.Response.Status > 299) {
				out = append(out, rich.L(rich.S(rich.Removed, fmt.Sprintf("- status %d", x.Response.Status))))
				out = append(out, rich.L(rich.S(rich.Added, "+ status 204"), rich.S(rich.Dim, "   the browser wants 200 to 299")))
			}
		}
		if x == nil || x.Response == nil {
			out = append(out, rich.Wrap(rich.L(rich.S(rich.Added, "+ "+n.name+": "+n.value)), w, 4)...)
			continue
		}
		got, ok := x.Response.Headers.Get(n.name)
		switch {
		case ok && covers(n.name, got, n.value):
			out = append(out, rich.Wrap(rich.L("  "+n.name+": ", rich.OneLine(got)), w, 4)...)
		case ok:
			out = append(out, rich.Wrap(rich.L(rich.S(rich.Removed, "- "+n.name+": "+rich.OneLine(got))), w, 4)...)
			out = append(out, rich.Wrap(rich.L(rich.S(rich.Added, "+ "+n.name+": "+n.value)), w, 4)...)
		default:
			out = append(out, rich.Wrap(rich.L(rich.S(rich.Added, "+ "+n.name+": "+n.value)), w, 4)...)
		}
	}
	if len(out) == 0 {
		return rich.WrapText("This case needs no CORS header.", rich.Plain, w)
	}
	return append(out, nil, rich.L(rich.S(rich.Dim, "- what was seen   + what the page needs")))
}

// lastOf is the last exchange of a purpose that belongs to the browser.
func lastOf(r *diagnose.Report, p exchange.Purpose) *answer.Seen {
	for i := len(r.Exchanges) - 1; i >= 0; i-- {
		if r.Exchanges[i].Purpose == p {
			return &r.Exchanges[i]
		}
	}
	return nil
}

// covers says whether a header that was seen says all that is needed; for lists
// their order and further names do not matter. It only decides how the line is
// drawn: the verdict is the report's.
func covers(name, got, want string) bool {
	if got == want {
		return true
	}
	switch strings.ToLower(name) {
	case "vary", "access-control-allow-methods", "access-control-allow-headers", "access-control-expose-headers":
		have := map[string]bool{}
		for _, g := range strings.Split(got, ",") {
			have[strings.ToLower(strings.TrimSpace(g))] = true
		}
		for _, n := range strings.Split(want, ",") {
			if !have[strings.ToLower(strings.TrimSpace(n))] {
				return false
			}
		}
		return true
	case "access-control-max-age":
		return true
	}
	return false
}

// headerDiff compares two header lists: names in order, values of both.
type headerDiff struct {
	name string
	a, b string // "" with has false
	inA  bool
	inB  bool
}

func diffHeaders(a, b exchange.Headers) []headerDiff {
	seen := map[string]int{}
	var out []headerDiff
	for _, h := range a {
		n := strings.ToLower(h.Name)
		if _, ok := seen[n]; !ok {
			seen[n] = len(out)
			out = append(out, headerDiff{name: n, a: a.Value(h.Name), inA: true})
		}
	}
	for _, h := range b {
		n := strings.ToLower(h.Name)
		i, ok := seen[n]
		if !ok {
			i = len(out)
			seen[n] = i
			out = append(out, headerDiff{name: n})
		}
		out[i].b, out[i].inB = b.Value(h.Name), true
	}
	sort.SliceStable(out, func(i, j int) bool { return rankDiff(out[i]) < rankDiff(out[j]) })
	return out
}

// rankDiff sorts what decides first, and what is alike last.
func rankDiff(d headerDiff) int {
	alike := d.inA == d.inB && d.a == d.b
	switch {
	case corsRelevant(d.name) && !alike:
		return 0
	case corsRelevant(d.name):
		return 1
	case !alike:
		return 2
	}
	return 3
}
