package main

import (
	"bytes"
	"testing"
	"time"

	"corstui/diagnose/batch"
)

func TestProgressIsToldNowAndThen(t *testing.T) {
	for _, tt := range []struct {
		name    string
		inPlace bool
		want    string
	}{
		{"lines", false, "2 cases done (1 by an earlier run), 0/s\n4 cases done (1 by an earlier run), 1 blocked or with an error, 1 without an answer, 1 not readable, 0/s\n"},
		{"in place", true, "\r\x1b[K2 cases done (1 by an earlier run), 0/s\r\x1b[K4 cases done (1 by an earlier run), 1 blocked or with an error, 1 without an answer, 1 not readable, 0/s\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var out bytes.Buffer
			now := time.Unix(0, 0)
			p := &progress{w: &out, inPlace: tt.inPlace, every: 10 * time.Second, now: func() time.Time { return now }, started: now, told: now}
			now = now.Add(10 * time.Second)
			p.report(batch.Progress{Written: 1, Before: 1})
			now = now.Add(time.Second) // too soon for another
			p.report(batch.Progress{Written: 2, Before: 1, Blocked: 1})
			p.report(batch.Progress{Written: 3, Before: 1, Blocked: 1, Silent: 1, Unread: 1})
			p.finish()
			if out.String() != tt.want {
				t.Errorf("told %q, want %q", out.String(), tt.want)
			}
		})
	}
}

func TestProgressIsToldWhereItDisturbsNobody(t *testing.T) {
	std := stdio{nil, &bytes.Buffer{}, &bytes.Buffer{}}
	if newProgress(std, false, "") != nil {
		t.Error("told into a file without being asked")
	}
	if p := newProgress(std, true, ""); p == nil || p.inPlace {
		t.Errorf("asked, where standard error is no terminal: %+v", p)
	}
}
