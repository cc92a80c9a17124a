package ui

func (s *walk) actions(e *env) []action {
	running := s.run != nil
	none := ""
	if s.report == nil {
		none = "Nothing has been concluded yet."
	}
	as := []action{
		{id: keyLeft, help: "the station before", msg: moveMsg{-1}},
		{id: keyRight, name: "step", show: "←→", help: "the next station", msg: moveMsg{1}},
		{id: keyUp, help: "scroll up, or the finding before", msg: scrollMsg{-1}},
		{id: keyDown, help: "scroll down, or the next finding", msg: scrollMsg{1}},
		{id: keyPageUp, help: "scroll up a page", msg: scrollMsg{-8}},
		{id: keyPageDown, help: "scroll down a page", msg: scrollMsg{8}},
		{id: keyTop, help: "scroll to the top", msg: scrollMsg{-1 << 20}},
		{id: keyBottom, help: "scroll to the end", msg: scrollMsg{1 << 10}},
	}
	if s.focus == onFindings {
		as = append(as, action{id: keyOpen, name: "unfold", help: "unfold the finding", msg: evidenceMsg{}})
	} else {
		as = append(as, action{id: keyOpen, name: "evidence", help: "what proves who answered", msg: evidenceMsg{}, off: none})
	}
	ex := action{id: keyExchange, name: "exchange", help: "request and response as they were sent", msg: exchangeMsg{}}
	if len(s.seen) == 0 {
		ex.off = "Nothing has been sent."
	}
	as = append(as, ex)
	fix := action{id: keyFix, name: "fix", help: "what to change, who can do it, and the files for it", msg: fixMsg{}, off: none, best: !running}
	if s.report != nil && s.report.Verdict.Allowed && len(s.report.Plan) == 0 {
		fix.name, fix.help = "what differs", "nothing is wrong from here: what may differ in your browser"
	}
	sess := action{id: keySession, help: "say how you are logged in, and walk with your session", msg: sessionMsg{}}
	if l := s.lesson(e); l != "" {
		as = append(as, action{id: keyTeach, help: "the lesson of the tour that teaches this", msg: teachMsg{l}})
	}
	if page, ok := e.Backend.(LabPage); ok && s.opt.Lab != "" {
		as = append(as, action{id: keyBrowser, help: "see the real console sentence: the failing page, for your own browser", msg: openPageMsg{page}})
	}
	if !s.c.Session.Empty() {
		name, help := "as a visitor", "run the case again without your session, and compare"
		if s.opt.WithoutSession {
			name, help = "with session", "run the case again with your session, and compare"
		}
		as = append(as, action{id: keyVisitor, name: name, help: help, msg: visitorMsg{}, off: ifThen(running, "The run is still going on; esc stops it.")})
	}
	as = append(as, action{id: keyEngines, help: "what each browser prints and decides", msg: enginesMsg{}, off: none})
	if s.wantsSession() {
		sess.name, sess.best = "logged in", s.sessionFirst() && !running
		fix.best = fix.best && !sess.best
	}
	stuck := s.report != nil && !s.report.Verdict.Allowed && len(s.report.Plan) == 0
	if stuck {
		fix.off, fix.best = "No file and no setting changes this one; the panel says what would.", false
	}
	as = append(as, fix, sess)
	if running {
		as = append(as, action{id: keyBack, name: "stop", help: "stop the run and keep what was seen", msg: stopMsg{}, best: true})
	}
	as = append(as,
		action{id: keyAgain, name: "again", help: "run the same case again, and compare", msg: againMsg{}, off: ifThen(running, "The run is still going on; esc stops it."), best: !running && (stuck || s.report == nil)},
		action{id: keyCopy, name: "copy", help: "copy the verdict", msg: copyBestMsg{}, off: none},
		action{id: keyCopyMenu, help: "choose what to copy: ticket, curl, verdict, Ray ID", msg: copyMenuMsg{}, off: none},
		action{id: keyNext, help: "move on between the line and the other findings", msg: focusMsg{1}},
		action{id: keyPrev, help: "move back between the line and the other findings", msg: focusMsg{-1}},
		action{id: keyLesson, help: "the lesson for whoever runs this layer, and back", msg: deepMsg{}, off: none},
		action{id: keyProve, help: "try the policy in front of the target", msg: proveMsg{}, off: proveOff(e, none)},
		action{id: keyCompare, help: "compare with the run before", msg: compareMsg{}, off: ifThen(s.before == nil || s.report == nil, "There is no run to compare with yet; r makes one.")},
		action{id: keyExport, help: "write the report to a file: JSON, Markdown, HTML, JUnit, HAR", msg: exportMenuMsg{}, off: none},
		action{id: keyZoom, help: "on a wide terminal: evidence or exchange beside the panel", msg: sideMsg{}},
	)
	if !running {
		back := action{id: keyBack, name: "back", help: "go one level up", msg: backMsg{}}
		if s.inLesson {
			back.name, back.help, back.best = "to the lesson", "back to the lesson, which goes on", true
			for i := range as {
				as[i].best = false
			}
		}
		as = append(as, back)
	}
	return as
}

func ifThen(cond bool, s string) string {
	if cond {
		return s
	}
	return ""
}
