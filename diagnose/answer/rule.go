package answer

// A Grade says where a rule is known from. A rule that is only inferred never
// makes an answer certain.
type Grade string

// The grades.
const (
	Documented Grade = "documented" // in the vendor's documentation
	Observed   Grade = "observed"   // in real answers that people published, or in the program's own source
	Inferred   Grade = "inferred"   // follows from the order of things or is common knowledge, not looked up
)

// Rule is one row of evidence: a mark, the layer it speaks for, and why.
type Rule struct {
	ID string
	// Matches says in words what is looked for.
	Matches string
	// What names the header, body mark or place in Evidence.
	What  string
	Layer Layer
	// Strength is the most that the mark can prove; a doubt lowers it.
	Strength Confidence
	Product  string
	// Says is the sentence for people: what the mark proves.
	Says   string
	Source string
	Grade  Grade

	// cloudflare says that Cloudflare itself writes this mark, so that the
	// checks "own page or relayed page" apply (own.go).
	cloudflare bool
	// afterCache says that the real answer may carry cf-cache-status.
	afterCache bool
	// faint says that the row speaks of the place or of what lies behind, and
	// never contradicts a mark of the answer itself.
	faint bool

	match func(v *view) *hit
}

// hit is a rule that matched, and what it found.
type hit struct {
	layer    Layer      // instead of the rule's, if set
	product  string     // instead of the rule's, if set
	says     string     // instead of the rule's, if set
	what     string     // instead of the rule's, if set
	strength Confidence // at most this, if set
	// names are the hosts that the answer names as its own.
	names []named
	// rays are the Ray IDs that the body prints.
	rays []string
	// doubts are sentences that speak against the rule in this answer.
	doubts     []string
	candidates []Layer
}

// named is a host that a page names as the one it answers for.
type named struct {
	where string // "login URL"
	host  string
	// wide says that the page may name the zone instead of the host.
	wide bool
	// soft says that another host makes the answer only less sure.
	soft bool
}

// Rules returns every evidence rule in the order in which the first match
// decides.
func Rules() []Rule {
	var out []Rule
	for _, t := range [][]Rule{
		interceptionRules, accessRules, wafRules, edgeRules, wafFaintRules, cloudflareServiceRules, cacheRules,
		unmarkedRules, cdnRules, gatewayRules, platformRules, balancerRules, workerRules, originRules, behindRules, lastRules,
	} {
		out = append(out, t...)
	}
	return out
}

var rules = Rules()

// when turns a condition into a match without further findings.
//
//go:noinline
func when(f func(v *view) bool) func(v *view) *hit {
	return func(v *view) *hit {
		if f(v) {
			return &hit{}
		}
		return nil
	}
}

// weaker returns the less sure of two confidences; an empty one says nothing.
func weaker(a, b Confidence) Confidence {
	if a == "" || b != "" && b.sureness() < a.sureness() {
		return b
	}
	return a
}

// sureness orders the confidences.
func (c Confidence) sureness() int {
	switch c {
	case Certain:
		return 2
	case Likely:
		return 1
	}
	return 0
}
