package finding

import (
	"slices"
	"strings"
	"sync"
)

// Explanation is what `explain` prints for an ID.
type Explanation struct {
	ID, Title string
	// Plain is for a frontend developer, Operator for whoever runs the layer.
	Plain, Operator string
	Links           []string
}

// Explain returns the explanation of a finding ID, a CORS error code
// (Chromium's or Firefox's), a mistake ("1" to "7", "mistake-1"), or a word of
// the glossary ("preflight", "ray-id"). Case, spaces and underscores do not
// matter, nor does the number that Firefox puts at the end of a reason.
func Explain(id string) (Explanation, bool) {
	all := explanations()
	key := explainKey(id)
	if e, ok := all[key]; ok {
		return e, true
	}
	// Firefox numbers later wordings of a reason: CORSMissingAllowOrigin2.
	e, ok := all[strings.TrimRight(key, "0123456789")]
	return e, ok
}

// Explanations returns the IDs that Explain knows, sorted.
func Explanations() []string {
	var ids []string
	for _, e := range explanations() {
		if !slices.Contains(ids, e.ID) {
			ids = append(ids, e.ID)
		}
	}
	slices.Sort(ids)
	return ids
}

func explainKey(id string) string {
	k := strings.ToLower(strings.TrimSpace(id))
	return strings.NewReplacer(" ", "-", "_", "-").Replace(k)
}

// explanations is built once, when it is first asked for: a diagnosis does not
// pay for it.
var explanations = sync.OnceValue(func() map[string]Explanation {
	all := map[string]Explanation{}
	for _, r := range table {
		all[explainKey(r.id)] = Explanation{ID: r.id, Title: r.words.title, Plain: r.words.plain + " How to see it: " + r.words.see, Operator: r.words.operator, Links: r.words.links}
	}
	for _, e := range mistakes {
		all[explainKey(e.ID)] = e
		all[strings.TrimPrefix(e.ID, "mistake-")] = e
	}
	for _, c := range codes {
		for _, name := range c.names() {
			all[explainKey(name)] = c.explanation(name, all)
		}
	}
	for _, e := range glossary {
		if _, taken := all[explainKey(e.ID)]; !taken {
			all[explainKey(e.ID)] = e
		}
	}
	for id, e := range all {
		if e.Links == nil {
			e.Links = []string{}
			all[id] = e
		}
	}
	return all
})

// code is a reason of an engine: its names, what it says, and the findings that
// go with it.
type code struct {
	chromium string
	// preflight says that Chromium has the name with "Preflight" in front too.
	preflight bool
	firefox   string
	title     string
	plain     string
	findings  []string
	links     []string
}

func (c code) names() []string {
	var out []string
	if c.chromium != "" {
		out = append(out, c.chromium)
		if c.preflight {
			out = append(out, "Preflight"+c.chromium)
		}
	}
	if c.firefox != "" {
		out = append(out, c.firefox)
	}
	return out
}

func (c code) explanation(name string, all map[string]Explanation) Explanation {
	e := Explanation{ID: name, Title: c.title, Plain: c.plain, Links: c.links}
	if strings.HasPrefix(name, "Preflight") && c.preflight {
		e.Plain = "At the preflight: " + lowerFirst(c.plain)
	}
	if name == c.firefox {
		e.Links = append([]string{mdnErrors + strings.TrimRight(name, "0123456789")}, e.Links...)
	}
	if len(c.findings) > 0 {
		e.Operator = "Findings that go with it: " + strings.Join(c.findings, ", ") + "."
		if f, ok := all[c.findings[0]]; ok {
			e.Operator += " " + f.Operator
		}
	}
	return e
}
