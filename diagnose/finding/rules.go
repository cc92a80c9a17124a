package finding

import (
	"slices"
	"sort"

	"corstui/diagnose/answer"
	"corstui/snippets"
)

// row is one finding: when it stands, and its words for `explain`.
type row struct {
	id string
	// severity, mistake and layer are what the finding has unless its rule says
	// otherwise. An empty layer means: of whoever gave the deciding answer.
	severity Severity
	mistake  int
	layer    answer.Layer
	// blocks says that the finding explains why the browser blocked. Such a row
	// is asked only while nothing before it has explained that.
	blocks bool
	// held says that a row that blocks speaks also where the real request was
	// held back and a probe shows what it would have met.
	held bool
	// under names rows below which a row that blocks still speaks, as what
	// follows from them.
	under []string
	find  func(v *view) []Finding
	words words
}

// words are the lesson of a finding at two depths: what it means, why the
// browser does so and what mends it, in plain for a frontend developer and in
// operator for whoever runs the layer; and how to see it without corstui.
type words struct {
	title, see, plain, operator string
	links                       []string
}

// noMistake in Finding.Mistake says that the row's own mistake is not proven here.
const noMistake = -1

// table holds all findings. What explains a block stands in the order in which
// causes come before their consequences: what was never sent, what got no
// answer, who answered in front of the API, then the API itself.
var table = slices.Concat(
	browserRows,
	networkRows,
	accessRows,
	accessPreflightRows,
	wafRows,
	edgeRows,
	cacheRows,
	pathRows,
	redirectRows,
	preflightRows,
	errorRows,
	allowOriginRows,
	credentialsRows,
	accessNoteRows,
	clockRows,
	exposeRows,
	varyRows,
	originsRows,
	cookieRows,
	probingRows,
	reportedRows,
	allowedRows,
)

// Find returns the findings of a diagnosis: root causes first, what follows
// from them behind.
func Find(in Input) []Finding { return newView(in).find() }

func (v *view) find() []Finding {
	out := []Finding{}
	for i := range table {
		r := &table[i]
		if r.blocks && (!v.blocked && !r.held || v.root != "" && !slices.Contains(r.under, v.root)) {
			continue
		}
		for _, f := range r.find(v) {
			f.ID = r.id
			fill(&f, r, v)
			if r.blocks && v.root != "" && f.Because == "" {
				f.Because = v.root
			}
			v.found[r.id] = true
			out = append(out, f)
		}
		if r.blocks && v.blocked && v.root == "" && v.found[r.id] {
			v.root = r.id
		}
	}
	return order(out)
}

// fill puts the row's own values where the rule left them open.
func fill(f *Finding, r *row, v *view) {
	if f.Severity == "" {
		f.Severity = r.severity
	}
	switch f.Mistake {
	case 0:
		f.Mistake = r.mistake
	case noMistake:
		f.Mistake = 0
	}
	if f.Layer == "" {
		f.Layer = r.layer
	}
	if f.Layer == "" {
		f.Layer = layer(v.d)
	}
	if f.Title == "" {
		f.Title = r.words.title
	}
	if f.Detail == "" {
		f.Detail = r.words.plain
	}
	if f.Evidence == nil {
		f.Evidence = []answer.Evidence{}
	}
	if f.Fix.Layer == "" {
		f.Fix.Layer = f.Layer
	}
	if f.Fix.Targets == nil {
		f.Fix.Targets = []snippets.Target{}
	}
}

var severityRank = map[Severity]int{Error: 0, Warning: 1, Info: 2}

// order sorts root causes by severity, each followed by what follows from it.
func order(fs []Finding) []Finding {
	present := map[string]bool{}
	for _, f := range fs {
		present[f.ID] = true
	}
	var roots, rest []Finding
	for _, f := range fs {
		if f.Because != "" && f.Because != f.ID && present[f.Because] {
			rest = append(rest, f)
			continue
		}
		f.Because = ""
		roots = append(roots, f)
	}
	for _, fs := range [][]Finding{roots, rest} {
		sort.SliceStable(fs, func(i, j int) bool { return severityRank[fs[i].Severity] < severityRank[fs[j].Severity] })
	}
	out := make([]Finding, 0, len(fs))
	placed := make([]bool, len(rest))
	var place func(f Finding)
	place = func(f Finding) {
		out = append(out, f)
		for i, g := range rest {
			if !placed[i] && g.Because == f.ID {
				placed[i] = true
				place(g)
			}
		}
	}
	for _, f := range roots {
		place(f)
	}
	// A circle of consequences cannot be placed under a root: it goes last.
	for i, g := range rest {
		if !placed[i] {
			out = append(out, g)
		}
	}
	return out
}

// one is a shorthand for rules that say one thing.
func one(f Finding) []Finding { return []Finding{f} }
