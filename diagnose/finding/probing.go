package finding

import (
	"fmt"

	"corstui/diagnose/answer"
)

// The findings of this family.
const (
	ProbingRateLimited = "probing-rate-limited" // info: a 429 began after our probing
	ProbingChallenged  = "probing-challenged"   // info: a challenge began after our probing
)

// began returns a probe whose answer is of a kind that an earlier exchange of
// the same host and method did not get, nil without: it began after our probing.
func (v *view) began(is func(s *answer.Seen) bool) *answer.Seen {
	for _, s := range v.in.Seen {
		if browserOwn(&s) && is(&s) {
			return nil
		}
	}
	for i := range v.in.Seen {
		s := &v.in.Seen[i]
		if browserOwn(s) || !is(s) {
			continue
		}
		for j := range v.in.Seen {
			e := &v.in.Seen[j]
			if e != s && resp(e) != nil && !is(e) && e.Request.Method == s.Request.Method && urlOf(e).Host == urlOf(s).Host && !e.Started.After(s.Started) {
				return s
			}
		}
	}
	return nil
}

var probingRows = []row{
	{
		id: ProbingRateLimited, severity: Info,
		find: func(v *view) []Finding {
			s := v.began(func(s *answer.Seen) bool { return status(s) == 429 })
			if s == nil {
				return nil
			}
			return one(Finding{
				Layer:    layer(s),
				Detail:   fmt.Sprintf("The page's own requests were not limited; the probe %s got 429. Our probing reached a limit. It says nothing about the page, but what later probes saw may be the limit's answer.", s.ID),
				Evidence: []answer.Evidence{ev(s, "status", "429 on a probe ("+string(s.Purpose)+")")},
				Fix:      fixAt(answer.LayerUnknown),
			})
		},
		words: words{
			title:    "corstui's own probes met a rate limit",
			see:      "Run with --verdict-only after a pause: the 429 is gone.",
			plain:    "The 429 began with the probes, not with the page. Wait and run again, or use --verdict-only: it sends nothing but what the browser sends.",
			operator: "The limit counts requests of this address; a batch is paced with --per-host.",
			links:    []string{docRateLimit},
		},
	},
	{
		id: ProbingChallenged, severity: Info, layer: answer.LayerWAF,
		find: func(v *view) []Finding {
			s := v.began(challenged)
			if s == nil {
				return nil
			}
			return one(Finding{
				Detail:   fmt.Sprintf("The page's own requests were not challenged; the probe %s was. Bot rules may have taken the probes for an attack.", s.ID),
				Evidence: []answer.Evidence{ev(s, "cf-mitigated", "a probe ("+string(s.Purpose)+") was challenged")},
				Fix:      fixAt(answer.LayerWAF),
			})
		},
		words: words{
			title:    "corstui's own probes were challenged",
			see:      "Run with --verdict-only after a pause: the challenge is gone.",
			plain:    "The challenge began with the probes, not with the page. --verdict-only sends nothing but what the browser sends; --browser asks a real one.",
			operator: "Invented origins and paths raise bot and attack scores.",
			links:    []string{docChallengePage},
		},
	},
}
