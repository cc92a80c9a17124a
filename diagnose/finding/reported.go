package finding

import (
	"fmt"
	"slices"
	"strings"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/fetch"
)

// The findings of this family.
const (
	ReportedOtherwise = "reported-otherwise" // warning: the console line that was pasted names another result than this run has
)

// noAnswerReasons are the reasons by which a browser says that no answer came.
var noAnswerReasons = []string{"CORSDidNotSucceed"}

// reportedRows hold this run against the console line that was pasted.
var reportedRows = []row{
	{
		id: ReportedOtherwise, severity: Warning, layer: answer.LayerBrowser,
		find: func(v *view) []Finding {
			r := v.c.Reported
			if r == nil || v.in.Fetch.Local != nil {
				return nil
			}
			here := v.otherThanReported()
			if here == "" {
				return nil
			}
			said := fmt.Sprintf("status %d", r.Status)
			if r.Reason != "" {
				said = r.Reason
			}
			f := Finding{
				Detail: fmt.Sprintf("The console line that you pasted says %s; %s. Reload the page first: the line may be older than a change. If it still comes, your browser meets something else than this run: %s.",
					said, here, strings.Join(v.mayDiffer(), "; ")),
				Evidence: []answer.Evidence{}, Fix: fixAt(answer.LayerBrowser),
			}
			if v.d != nil {
				f.Evidence = append(f.Evidence, ev(v.d, "console", fmt.Sprintf("%s's console said %s", engineName(r.Engine), said)))
			}
			return one(f)
		},
		words: words{
			title:    "Your console says something else",
			see:      "Reload the page with the network tab open, and compare the failed request (copy as cURL) with the exchanges of the report.",
			plain:    "The error that your browser showed is not what this run finds. Either something changed in between, or the two do not meet the same answer: another session, another network, a preflight that the browser keeps, a service worker. A fix for what is found here may not help there.",
			operator: "Ask for the Ray ID of the failed request in the user's network tab, and look it up: it shows which layer answered the browser.",
			links:    []string{"https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS/Errors"},
		},
	},
}

// otherThanReported says what this run found where the console that was pasted
// says otherwise; empty where they agree, or cannot be compared.
func (v *view) otherThanReported() string {
	r, e := v.c.Reported, v.in.Fetch.Verdict
	answered := resp(v.d) != nil
	switch {
	case slices.Contains(noAnswerReasons, r.Reason) && r.Status == 0:
		if answered {
			return "from here an answer came"
		}
		return ""
	case !answered:
		return "from here no answer came at all, and a browser names such a reason only for an answer"
	}
	allowed, at, reason := e.Allowed, e.BlockedAt, e.Reason
	own, ok := e.Engines[r.Engine]
	if ok {
		allowed, at, reason = own.Allowed, own.BlockedAt, own.Reason
	}
	switch {
	case e.Partial || own.Partial:
		return ""
	case allowed:
		return "from here the browser would hand over the answer"
	case !ok || r.Reason == "" || reason == nil || at == nil || *reason == r.Reason:
		return ""
	case r.Engine == "webkit": // whose line has no name: only the step can be compared
		if (*at == fetch.AtPreflight) != strings.HasPrefix(r.Reason, "Preflight") {
			return "from here it stops at the " + string(*at)
		}
		return ""
	}
	return "from here it is " + *reason
}

// mayDiffer names what most often makes two runs of one request differ.
func (v *view) mayDiffer() []string {
	var out []string
	switch preflight := strings.Contains(v.c.Reported.Reason, "Preflight"); {
	case preflight || v.c.Credentials == exchange.CredentialsOmit: // no session goes along
	case v.c.Session.Empty():
		out = append(out, "it is logged in, and this run is not (give the session: --cookie, CF_ACCESS_TOKEN, or paste the request as cURL)")
	default:
		out = append(out, "its session is another one, or has ended")
	}
	out = append(out, "it is on another network (VPN, WARP, a hosts file)")
	if len(v.preflights) > 0 {
		out = append(out, "it keeps an old preflight")
	}
	return append(out, "the request has a method or headers that the line does not name")
}
