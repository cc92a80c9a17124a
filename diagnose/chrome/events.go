package chrome

import (
	"fmt"
	"maps"
	"strings"
	"sync"

	"github.com/chromedp/cdproto/audits"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
)

// limits on what one fetch may leave behind: a hostile peer chooses header
// values and redirects, and these come back in console lines.
const (
	maxConsoleLines = 50
	maxConsoleBytes = 8 << 10
)

// unsafePort is the error of a request that is announced but never sent: the
// port is on the block list.
const unsafePort = "net::ERR_UNSAFE_PORT"

// recorder keeps the events of one fetch, in the order in which the browser
// sent them.
type recorder struct {
	mu sync.Mutex
	// page is called for a paused request for the page's own document.
	page     func(*fetch.EventRequestPaused)
	mainType network.ResourceType // of the page's own request
	rec      record
	tick     chan struct{} // has room for one: something happened
}

// reset forgets what was seen before the next request. element says that an
// element makes it: DevTools has no type of its own for a preload.
func (r *recorder) reset(element bool) {
	r.mu.Lock()
	r.rec = record{}
	r.mainType = network.ResourceTypeFetch
	if element {
		r.mainType = network.ResourceTypeOther
	}
	r.mu.Unlock()
	select {
	case <-r.tick:
	default:
	}
}

// record is what was seen of one fetch.
type record struct {
	main       network.RequestID
	sent       bool // the request was handed to the network stack
	preflights map[network.RequestID]bool
	ended      bool // loadingFinished or loadingFailed came
	failed     *network.EventLoadingFailed
	status     int64
	answered   bool // the raw status and headers of an answer came
	challenged bool // an answer carried Cloudflare's mark of a challenge
	console    []string
	issues     []network.CorsError
}

func newRecorder() *recorder {
	return &recorder{mainType: network.ResourceTypeFetch, tick: make(chan struct{}, 1)}
}

// snapshot returns a copy of what was seen so far.
func (r *recorder) snapshot() record {
	r.mu.Lock()
	defer r.mu.Unlock()
	c := r.rec
	c.preflights = maps.Clone(r.rec.preflights)
	c.console = append([]string{}, r.rec.console...)
	c.issues = append([]network.CorsError{}, r.rec.issues...)
	return c
}

// on takes one event. It runs inside the loop that reads the browser's
// messages, so it only notes.
func (r *recorder) on(ev any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch e := ev.(type) {
	case *fetch.EventRequestPaused:
		if r.page != nil {
			go r.page(e)
		}
		return
	case *network.EventRequestWillBeSent:
		switch {
		case e.Type == network.ResourceTypePreflight || e.Initiator != nil && e.Initiator.Type == network.InitiatorTypePreflight:
			if r.rec.preflights == nil {
				r.rec.preflights = map[network.RequestID]bool{}
			}
			r.rec.preflights[e.RequestID] = true
		case e.Type == r.mainType && r.rec.main == "":
			r.rec.main, r.rec.sent = e.RequestID, true
		}
	case *network.EventResponseReceivedExtraInfo:
		for name, value := range e.Headers {
			if strings.EqualFold(name, "cf-mitigated") && fmt.Sprint(value) == "challenge" {
				r.rec.challenged = true
			}
		}
		if e.RequestID == r.rec.main {
			r.rec.status, r.rec.answered = e.StatusCode, true
		}
	case *network.EventResponseReceived:
		if e.RequestID == r.rec.main && r.rec.status == 0 && e.Response != nil {
			r.rec.status = e.Response.Status
		}
	case *network.EventLoadingFailed:
		if r.rec.preflights[e.RequestID] && e.ErrorText == unsafePort {
			delete(r.rec.preflights, e.RequestID)
		}
		if e.RequestID == r.rec.main {
			r.rec.ended = true
			if !e.Canceled || e.CorsErrorStatus != nil || e.BlockedReason != "" {
				r.rec.failed = e
			}
		}
	case *network.EventLoadingFinished:
		if e.RequestID == r.rec.main {
			r.rec.ended = true
		}
	case *log.EventEntryAdded:
		if e.Entry != nil && len(r.rec.console) < maxConsoleLines {
			r.rec.console = append(r.rec.console, clip(e.Entry.Text))
		}
	case *audits.EventIssueAdded:
		if e.Issue != nil && e.Issue.Details != nil && e.Issue.Details.CorsIssueDetails != nil {
			if s := e.Issue.Details.CorsIssueDetails.CorsErrorStatus; s != nil {
				r.rec.issues = append(r.rec.issues, s.CorsError)
			}
		}
	default:
		return
	}
	select {
	case r.tick <- struct{}{}:
	default:
	}
}

// clip bounds a console line.
func clip(s string) string {
	if len(s) > maxConsoleBytes {
		return s[:maxConsoleBytes] + "…"
	}
	return s
}
