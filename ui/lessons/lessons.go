// Package lessons holds the lessons of the tour as data. A lesson is one YAML
// file: a symptom, a prediction of who answered, hints in steps, an explanation,
// and a fix that is chosen and then proven by its result on the lab.
//
// The files are read when the tour is opened, never at start. A team adds its
// own with a directory of such files.
package lessons

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"sort"
	"strings"

	"go.yaml.in/yaml/v3"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/snippets"
)

// Lesson is one lesson.
type Lesson struct {
	// ID names the lesson in progress and on the command line, in kebab-case.
	ID    string `yaml:"id"`
	Title string `yaml:"title"`
	// Minutes is about how long it takes, at most 10.
	Minutes int `yaml:"minutes"`
	// Mistake is the number of the mistake that it teaches, 0 for none.
	Mistake int `yaml:"mistake"`
	// Findings are the IDs of the findings that this lesson explains.
	Findings []string `yaml:"findings"`
	// Scenario of the lab; empty for the last lesson, which is the user's own case.
	Scenario string `yaml:"scenario"`
	// Symptom is what the developer sees; {url} and {origin} are the case's.
	Symptom string  `yaml:"symptom"`
	Predict Predict `yaml:"predict"`
	// Hints go from a nudge over where to look to the answer.
	Hints   []string `yaml:"hints"`
	Explain string   `yaml:"explain"`
	// Operator is the second depth, for whoever runs the layer.
	Operator string `yaml:"operator"`
	Fix      Fix    `yaml:"fix"`
	// Learned is what to remember, as one sentence.
	Learned string   `yaml:"learned"`
	Read    []string `yaml:"read"`
}

// Predict asks who answered.
type Predict struct {
	Question string  `yaml:"question"`
	Guesses  []Guess `yaml:"guesses"`
}

// Guess is one possible answerer.
type Guess struct {
	Layer answer.Layer `yaml:"layer"`
	// Right marks the one that did answer.
	Right bool `yaml:"right"`
	// Why says what speaks for it or against it.
	Why string `yaml:"why"`
}

// Fix asks what to change.
type Fix struct {
	Question string   `yaml:"question"`
	Choices  []Choice `yaml:"choices"`
	// Goal is what the lab's browser must conclude.
	Goal Goal `yaml:"goal"`
}

// Choice is one possible change.
type Choice struct {
	Text string `yaml:"text"`
	// Do is what it changes in the lab, in this order; nothing for a change
	// that the path does not notice.
	Do []Change `yaml:"do"`
	// Right marks a choice that reaches the goal.
	Right bool `yaml:"right"`
	// Why says what happens then, and because of what.
	Why string `yaml:"why"`
}

// Change is what somebody does to one layer.
type Change struct {
	Layer  answer.Layer    `yaml:"layer"`
	Recipe snippets.Recipe `yaml:"recipe"`
	LogIn  bool            `yaml:"login"`
}

// Goal is the result that ends a lesson.
type Goal struct {
	// AnsweredBy is who must answer then, where the goal is not that the page
	// may read the answer but that the wall moves.
	AnsweredBy answer.Layer `yaml:"answered_by"`
	// Without names findings that must be gone.
	Without []string `yaml:"without"`
}

//go:embed *.yaml
var builtin embed.FS

// maxLesson bounds a lesson's file, in bytes.
const maxLesson = 1 << 20

// readLesson reads a lesson's file, and nothing that may have no end.
func readLesson(files fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(files, name)
	switch {
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, errors.New("it is no file")
	case info.Size() > maxLesson:
		return nil, fmt.Errorf("it is larger than %d MiB", maxLesson>>20)
	}
	return fs.ReadFile(files, name)
}

// Load reads the built-in lessons, or those of a directory where dir is not
// empty, in the order of their file names. Every mistake is reported, with the
// file that it is in.
func Load(dir string) ([]Lesson, error) {
	var files fs.FS = builtin
	if dir != "" {
		if _, err := os.Stat(dir); err != nil {
			return nil, fmt.Errorf("lessons: %w", err)
		}
		files = os.DirFS(dir)
	}
	names, err := fs.Glob(files, "*.yaml")
	if err != nil {
		return nil, err
	}
	sort.Strings(names)
	var out []Lesson
	var wrong []error
	seen := map[string]string{}
	for _, name := range names {
		b, err := readLesson(files, name)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", path.Join(dir, name), err))
			continue
		}
		var l Lesson
		d := yaml.NewDecoder(bytes.NewReader(b))
		d.KnownFields(true)
		if err := d.Decode(&l); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", path.Join(dir, name), err))
			continue
		}
		if err := l.Check(); err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", path.Join(dir, name), err))
		}
		if other, ok := seen[l.ID]; ok {
			wrong = append(wrong, fmt.Errorf("%s and %s both have the id %q", other, name, l.ID))
		}
		seen[l.ID] = name
		out = append(out, l)
	}
	if len(names) == 0 {
		wrong = append(wrong, fmt.Errorf("lessons: no .yaml file in %s", dir))
	}
	return out, errors.Join(wrong...)
}

// layers are the answerers that a lesson may name.
var layers = map[answer.Layer]bool{
	answer.LayerBrowser: true, answer.LayerNetwork: true, answer.LayerEdge: true, answer.LayerAccess: true, answer.LayerWAF: true,
	answer.LayerWorker: true, answer.LayerCache: true, answer.LayerOrigin: true, answer.LayerProxy: true, answer.LayerUnknown: true,
}

// Check reports everything that is wrong with a lesson.
func (l Lesson) Check() error {
	var wrong []string
	must := func(ok bool, format string, args ...any) {
		if !ok {
			wrong = append(wrong, fmt.Sprintf(format, args...))
		}
	}
	must(l.ID != "" && l.ID == strings.ToLower(l.ID) && !strings.ContainsAny(l.ID, " _"), "id %q is not in kebab-case", l.ID)
	must(l.Title != "", "there is no title")
	must(l.Minutes >= 1 && l.Minutes <= 10, "minutes: %d is not 1 to 10", l.Minutes)
	must(l.Symptom != "", "there is no symptom")
	must(l.Learned != "", "there is no learned")
	if l.Scenario == "" {
		return join(wrong)
	}
	must(l.Explain != "", "there is no explain")
	must(len(l.Hints) >= 2, "there are fewer than 2 hints")
	right := 0
	for _, g := range l.Predict.Guesses {
		must(layers[g.Layer], "predict: %q is no layer", g.Layer)
		must(g.Why != "", "predict: the guess %q has no why", g.Layer)
		if g.Right {
			right++
		}
	}
	must(right == 1, "predict: %d guesses are right; exactly one must be", right)
	must(len(l.Predict.Guesses) >= 2, "predict: there are fewer than 2 guesses")
	right = 0
	for i, c := range l.Fix.Choices {
		must(c.Text != "" && c.Why != "", "fix: choice %d lacks its text or its why", i+1)
		for _, ch := range c.Do {
			must(ch.LogIn || layers[ch.Layer], "fix: choice %d: %q is no layer", i+1, ch.Layer)
		}
		if c.Right {
			right++
		}
	}
	must(right >= 1, "fix: no choice is right")
	must(l.Fix.Goal.AnsweredBy == "" || layers[l.Fix.Goal.AnsweredBy], "goal: %q is no layer", l.Fix.Goal.AnsweredBy)
	must(len(l.Fix.Choices) >= 2, "fix: there are fewer than 2 choices")
	return join(wrong)
}

func join(wrong []string) error {
	if len(wrong) == 0 {
		return nil
	}
	return errors.New(strings.Join(wrong, "; "))
}

// Left returns the findings of a report that the goal wants gone, by their titles.
func (g Goal) Left(r *diagnose.Report) []string {
	var out []string
	for _, f := range r.Findings {
		for _, id := range g.Without {
			if f.ID == id {
				out = append(out, f.Title)
			}
		}
	}
	return out
}

// Reached says whether a report fulfils the goal: it looks at the result alone.
func (g Goal) Reached(r *diagnose.Report) bool {
	if g.AnsweredBy != "" {
		return r.AnsweredBy.Layer == g.AnsweredBy
	}
	return r.Verdict.Allowed && len(g.Left(r)) == 0
}
