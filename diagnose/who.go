package diagnose

import (
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
)

// Who says who answered each of some stored responses, each by itself, redacted.
func Who(xs []exchange.Exchange) []answer.Answer {
	m := newMask(exchange.Case{})
	for _, x := range xs {
		m.learn(x)
		m.r.AddURL(x.Request.URL)
	}
	out := make([]answer.Answer, len(xs))
	for i, x := range xs {
		out[i] = masked(m, answer.Of(x))
		answerLists(&out[i])
	}
	return out
}
