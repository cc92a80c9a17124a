package ui

// newCopyMenu lists what can be copied; first come the things of the place
// itself.
func newCopyMenu(e *env, s *walk, first []entry) *picker {
	p := &picker{name: "Copy…", intro: "type to search, ↵ copies", entries: first}
	r := s.report
	if r == nil {
		return p
	}
	add := func(what, explain, text string) {
		if text != "" {
			p.entries = append(p.entries, entry{text: what + ": " + explain, msg: copyMsg{what, text}})
		}
	}
	head := r.Headline
	if head == "" {
		head = verdictWords(r)
	}
	add("verdict", "the sentence on top", head)
	add("ticket", "a message to whoever can change it", ticket(r))
	add("curl", "the deciding request", curlOf(r))
	add("console message", "what Chrome prints", r.Verdict.Console.Chromium)
	add("Ray ID", r.AnsweredBy.RayID, r.AnsweredBy.RayID)
	if c, ok := e.Backend.(Commander); ok {
		add("command", "corstui with this case", c.Command(r.Case, s.opt))
	}
	return p
}
