package finding

import (
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/snippets"
)

// walls writes a plan as "layer:recipe" in order, alternatives with a plus.
func walls(steps []Step) []string {
	out := []string{}
	for _, s := range steps {
		w := string(s.Layer) + ":" + string(s.Recipe)
		if s.Alternative {
			w = "+" + w
		}
		out = append(out, w)
	}
	return out
}

func TestPlanGoesFromWallToWall(t *testing.T) {
	sameOrigin := "+origin:same-origin"
	for _, test := range []struct {
		scene string
		want  []string
	}{
		{"access: login redirect", []string{"access:access", "unknown:cors", sameOrigin}},
		{"access: refuses the preflight", []string{"access:access", "+access:access", "unknown:cors", "access:access", sameOrigin}},
		{"access: its CORS settings lack the method", []string{"access:access", "+access:access", "access:access", "unknown:cors", sameOrigin}},
		{"access: its CORS settings pass, the API has no headers", []string{"origin:cors", sameOrigin}},
		{"access: bypass on, nobody answers OPTIONS", []string{"origin:cors", "access:access", sameOrigin}},
		{"access: a refusal of another host, relayed", []string{"worker:service-token", "unknown:cors", sameOrigin}},
		{"access: service token in the page", []string{"worker:service-token", sameOrigin}},
		{"access: same-origin call whose session ended", []string{"browser:"}},
		{"access: the PUT was held back, the GET is a login", []string{"access:access", sameOrigin}},
		{"waf: challenged preflight", []string{"waf:waf", "unknown:cors", sameOrigin}},
		{"waf: block", []string{"waf:waf", "unknown:cors", sameOrigin}},
		{"edge: redirects the preflight", []string{"browser:", "unknown:cors", sameOrigin}},
		{"edge: 522", []string{"edge:", "unknown:cors", sameOrigin}},
		{"worker: exception", []string{"worker:cors", sameOrigin}},
		{"cache: another origin's answer", []string{"cache:cors", sameOrigin}},
		{"preflight: the app's login check", []string{"origin:cors", sameOrigin}},
		{"preflight: patch is not PATCH", []string{"browser:", "origin:cors", sameOrigin}},
		{"origin: twice", []string{"origin:cors", sameOrigin}},
		{"redirect: http to https", []string{"browser:", "unknown:cors", sameOrigin}},
		{"redirect: slash, with headers", []string{}},
		{"redirect: origin null", []string{"browser:", sameOrigin}},
		{"network: dns", []string{"network:", "unknown:cors"}},
		{"browser: mixed content", []string{"browser:", "unknown:cors", sameOrigin}},
		{"browser: type error", []string{"browser:"}},
		{"held back: the POST", []string{}},
		{"preflight: all right", []string{}},
		{"origin: public", []string{}},
		{"vary: missing, by a pair", []string{"origin:cors", sameOrigin}},
		{"expose: a header that the script reads", []string{"origin:cors", sameOrigin}},
		{"path: same origin", []string{}},
		{"cookie: stays home, 401", []string{"browser:", sameOrigin}},
		{"browser: no-cors", []string{"browser:", sameOrigin}},
		{"redirect: to http", []string{"browser:", "unknown:cors", sameOrigin}},
		{"redirect: the app's own login", []string{"origin:cors", sameOrigin}},
	} {
		t.Run(test.scene, func(t *testing.T) {
			in := sceneByName(t, test.scene).input()
			steps, _ := Plan(in, Find(in))
			sameList(t, "steps", walls(steps), test.want)
		})
	}
}

// Whatever happened, a plan's steps say who, what and what comes then, and the
// commands in it hold what the snippet command accepts.
func TestEveryPlanCanBeActedUpon(t *testing.T) {
	for _, s := range scenes {
		t.Run(s.name, func(t *testing.T) {
			in := s.input()
			fs := Find(in)
			steps, policy := Plan(in, fs)
			blocked := !in.Fetch.Verdict.Allowed
			if blocked && len(steps) == 0 {
				t.Error("blocked, and no step")
			}
			if len(steps) >= maxSteps {
				t.Errorf("%d steps: %v", len(steps), walls(steps))
			}
			for i, st := range steps {
				if st.Then == "" || st.Summary == "" || st.Who == "" || st.Layer == "" || st.Targets == nil {
					t.Errorf("step %d is not whole: %+v", i+1, st)
				}
				if st.Command != "" && !strings.HasPrefix(st.Command, "corstui snippet --recipe "+string(st.Recipe)) {
					t.Errorf("step %d: recipe %s, command %s", i+1, st.Recipe, st.Command)
				}
				for _, j := range steps[:i] {
					if j.Summary == st.Summary {
						t.Errorf("step %d comes twice: %s", i+1, st.Summary)
					}
				}
			}
			if blocked && steps[0].Alternative {
				t.Error("the first step is an alternative to nothing")
			}
			if len(policy.AllowOrigins) > 0 {
				if err := policy.Validate(); err != nil {
					t.Errorf("the policy is not valid: %v", err)
				}
			}
			if policy.AllowOrigins == nil || policy.AllowMethods == nil || policy.AllowHeaders == nil || policy.ExposeHeaders == nil {
				t.Error("a list of the policy is nil")
			}
			for _, f := range fs {
				if f.Evidence == nil || f.Fix.Targets == nil || f.Layer == "" || f.Fix.Layer == "" || f.Title == "" || f.Detail == "" {
					t.Errorf("finding is not whole: %+v", f)
				}
				for _, e := range f.Evidence {
					if e.Exchange != "" && in.ByID(e.Exchange) == nil {
						t.Errorf("%s: evidence at %s, which is none", f.ID, e.Exchange)
					}
				}
				if f.Because != "" && has(fs, f.Because) == nil {
					t.Errorf("%s follows from %s, which is not there", f.ID, f.Because)
				}
			}
		})
	}
}

func TestWhereAccessOrWAFAnsweredTheirChangeComesFirst(t *testing.T) {
	for _, s := range scenes {
		in := s.input()
		d := in.Decisive()
		if in.Fetch.Verdict.Allowed || d == nil || in.Fetch.SameOrigin || strings.Contains(s.name, "service token in the page") || strings.Contains(s.name, "token of another") || strings.Contains(s.name, "global token") {
			continue
		}
		if l := d.Answer.Layer; l == answer.LayerAccess || l == answer.LayerWAF {
			steps, _ := Plan(in, Find(in))
			if steps[0].Layer != l {
				t.Errorf("%s: answered by %s, first step at %s", s.name, l, steps[0].Layer)
			}
			if !strings.Contains(steps[0].Summary, "header there can mend it") && !strings.Contains(steps[0].Summary, "no code there can mend it") &&
				!strings.Contains(steps[0].Summary, "nothing behind it can add") {
				t.Errorf("%s: it is not said that nothing behind can mend it: %s", s.name, steps[0].Summary)
			}
		}
	}
}

// A logged-in user's plan does not send them to the login again.
func TestPlanForALoggedInUserEndsBehindAccess(t *testing.T) {
	c := putJSON
	c.Session = exchange.Session{AccessToken: jwt(`{"aud":"` + aud1 + `","exp":99999999999,"type":"app"}`)}
	in := stage{c: c, preflight: access403}.input()
	steps, _ := Plan(in, Find(in))
	sameList(t, "steps", walls(steps), []string{"access:access", "+access:access", "unknown:cors", "+origin:same-origin"})
	if !strings.Contains(steps[2].Then, "hands the answer") {
		t.Errorf("the last wall is %q", steps[2].Then)
	}
}

func TestTwoFaultsAreMendedInTheOrderOfTheWire(t *testing.T) {
	in := stage{c: putJSON, preflight: challenge, probes: map[exchange.Purpose]reply{exchange.PurposeGet: accessLogin}}.input()
	steps, _ := Plan(in, Find(in))
	sameList(t, "steps", walls(steps), []string{"waf:waf", "unknown:cors", "access:access", "+origin:same-origin"})
	if !strings.Contains(steps[1].Then, "to the Access login (302)") {
		t.Errorf("after the preflight comes %q", steps[1].Then)
	}
}

func TestPolicyHoldsWhatTheCaseNeedsAndKeepsWhatWasSane(t *testing.T) {
	c := putJSON
	c.ReadHeaders = []string{"Link", "Content-Type", "Set-Cookie"}
	in := stage{c: c, preflight: originReply(204, allowCreds+"|Access-Control-Allow-Methods: PUT, DELETE, *, TRACE|Access-Control-Allow-Headers: X-Other, authorization, content-type|Access-Control-Max-Age: 600"),
		request: originReply(200, allowCreds+"|Link: <x>|Access-Control-Expose-Headers: ETag")}.input()
	_, p := Plan(in, Find(in))
	sameList(t, "origins", p.AllowOrigins, []string{app1})
	sameList(t, "methods", p.AllowMethods, []string{"PUT", "DELETE"})
	sameList(t, "headers", p.AllowHeaders, []string{"authorization", "content-type", "x-other"})
	sameList(t, "exposed", p.ExposeHeaders, []string{"link", "etag"})
	if !p.Credentials || p.MaxAge == nil || *p.MaxAge != 600 {
		t.Errorf("credentials %v, max age %v", p.Credentials, p.MaxAge)
	}
	if err := p.Validate(); err != nil {
		t.Error(err)
	}
}

func TestPolicyNeverAllowsNull(t *testing.T) {
	for _, creds := range []exchange.CredentialsMode{exchange.CredentialsOmit, exchange.CredentialsInclude} {
		in := stage{c: exchange.Case{Origin: "null", Credentials: creds}, request: originReply(200, "")}.input()
		steps, p := Plan(in, Find(in))
		if slices.Contains(p.AllowOrigins, "null") {
			t.Errorf("%s: null is allowed", creds)
		}
		if creds == exchange.CredentialsOmit {
			sameList(t, "origins", p.AllowOrigins, []string{"*"})
		} else if !strings.Contains(steps[0].Summary, "real origin") || steps[0].Command != "" {
			t.Errorf("null with credentials: %+v", steps[0])
		}
	}
}

func TestCommandsAreQuotedForTheShell(t *testing.T) {
	got := command(snippets.RecipeCORS, snippets.TargetWorker, snippets.Policy{AllowOrigins: []string{"*"}, AllowHeaders: []string{"x-a'b", "x$c"}})
	want := `corstui snippet --recipe cors --target worker --allow-origin '*' --allow-header 'x-a'\''b' --allow-header 'x$c'`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAssumesNoSessionWhereCredentialsWouldTravel(t *testing.T) {
	token := exchange.Session{AccessToken: "t"}
	for _, test := range []struct {
		name  string
		stage stage
		want  []string
	}{
		{"with credentials", stage{c: withCreds, request: accessLogin}, []string{NoSession}},
		{"without", stage{request: accessLogin}, nil},
		{"a session is known", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: token}, request: accessLogin}, nil},
		{"another cookie is no session", stage{c: exchange.Case{Credentials: exchange.CredentialsInclude, Session: exchange.Session{Cookies: []exchange.Cookie{{Name: "sid", Value: "x"}}}}, request: accessLogin}, []string{NoSession}},
		{"same origin", stage{c: exchange.Case{Origin: "https://api.example.com"}, request: accessLogin}, []string{NoSession}},
		{"covered by its metadata", stage{c: withCreds, request: goodCreds, facts: answer.Facts{Access: &answer.AccessApp{AUD: aud1, Signed: true}}}, []string{NoSession}},
		{"no Access", stage{c: withCreds, request: goodCreds}, nil},
		{"Access of another host", stage{c: withCreds, request: reply{status: 403, head: "cf-access-aud: " + aud1 + "|cf-access-domain: internal.example.net"}}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := Assumes(test.stage.input())
			if got == nil {
				t.Fatal("nil")
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestTicketHasTenLinesAtMostAFewMoreAndNoSecret(t *testing.T) {
	c := putJSON
	c.URL = api + "?token=sesame"
	in := stage{c: c, preflight: access403}.input()
	fs := Find(in)
	steps, _ := Plan(in, fs)
	ticket := Ticket(in, fs, steps)
	if n := strings.Count(ticket, "\n"); n < 8 || n > 12 {
		t.Errorf("%d lines:\n%s", n, ticket)
	}
	for _, want := range []string{aud1, ray1, "2026-11-25T12:00:00Z", "options_preflight_bypass", "anonymous OPTIONS", "Access authentication logs"} {
		if !strings.Contains(ticket, want) {
			t.Errorf("the ticket lacks %q:\n%s", want, ticket)
		}
	}
	for _, secret := range []string{"sesame", "Bearer x"} {
		if strings.Contains(ticket, secret) {
			t.Errorf("the ticket holds %q", secret)
		}
	}
}
