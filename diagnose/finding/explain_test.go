package finding

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"corstui/diagnose/answer"
)

// declared returns the IDs that the families declare: the exported constants
// whose value is kebab-case.
func declared(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.CONST {
				continue
			}
			for _, spec := range g.Specs {
				v := spec.(*ast.ValueSpec)
				if v.Type != nil || !v.Names[0].IsExported() || v.Names[0].Name == "NoSession" {
					continue
				}
				if l, ok := v.Values[0].(*ast.BasicLit); ok && l.Kind == token.STRING {
					s, _ := strconv.Unquote(l.Value)
					out = append(out, s)
				}
			}
		}
	}
	return out
}

func TestEveryIDHasARuleAndEveryRuleAnID(t *testing.T) {
	ids := declared(t)
	for _, r := range table {
		if !slices.Contains(ids, r.id) {
			t.Errorf("%s stands in the table and is no constant", r.id)
		}
		if r.words.see == "" {
			t.Errorf("%s: it is not said how to see it", r.id)
		}
		if r.find == nil || r.severity == "" && r.mistake != 7 {
			t.Errorf("%s has no rule or no severity", r.id)
		}
		for _, u := range r.under {
			if !slices.Contains(ids, u) {
				t.Errorf("%s stands under %s, which is none", r.id, u)
			}
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(table, func(r row) bool { return r.id == id }) {
			t.Errorf("%s is declared and has no rule", id)
		}
		if strings.ToLower(id) != id || strings.ContainsAny(id, " _") {
			t.Errorf("%s is not kebab-case", id)
		}
	}
}

// chromiumNames are those of Network.CorsError that a page can meet, and
// firefoxKeys the reasons of MDN.
var chromiumNames = strings.Fields(`DisallowedByMode InvalidResponse WildcardOriginNotAllowed MissingAllowOriginHeader MultipleAllowOriginValues
	InvalidAllowOriginValue AllowOriginMismatch InvalidAllowCredentials CorsDisabledScheme PreflightInvalidStatus PreflightDisallowedRedirect
	PreflightWildcardOriginNotAllowed PreflightMissingAllowOriginHeader PreflightMultipleAllowOriginValues PreflightInvalidAllowOriginValue
	PreflightAllowOriginMismatch PreflightInvalidAllowCredentials InvalidAllowMethodsPreflightResponse InvalidAllowHeadersPreflightResponse
	MethodDisallowedByPreflightResponse HeaderDisallowedByPreflightResponse RedirectContainsCredentials InsecureLocalNetwork
	InvalidLocalNetworkAccess NoCorsRedirectModeNotFollow LocalNetworkAccessPermissionDenied`)

var firefoxKeys = strings.Fields(`CORSDisabled CORSDidNotSucceed CORSRequestNotHttp CORSMissingAllowOrigin CORSMultipleAllowOriginNotAllowed
	CORSAllowOriginNotMatchingOrigin CORSNotSupportingCredentials CORSMethodNotFound CORSMissingAllowCredentials CORSPreflightDidNotSucceed
	CORSInvalidAllowMethod CORSInvalidAllowHeader CORSMissingAllowHeaderFromPreflight CORSExternalRedirectNotAllowed CORSOriginHeaderNotAdded
	CORSMissingAllowOrigin2 CORSDidNotSucceed2`)

func TestExplainKnowsEveryName(t *testing.T) {
	names := slices.Concat(declared(t), chromiumNames, firefoxKeys,
		strings.Fields("1 2 3 4 5 6 7 mistake-1 mistake-7 Mistake-3 preflight origin access ray-id Ray_ID CF_Authorization"))
	for _, n := range names {
		e, ok := Explain(n)
		if !ok {
			t.Errorf("%s is not explained", n)
			continue
		}
		if e.ID == "" || e.Title == "" || len(e.Plain) < 40 || e.Links == nil {
			t.Errorf("%s is explained poorly: %+v", n, e)
		}
		for _, l := range e.Links {
			if !strings.HasPrefix(l, "https://") {
				t.Errorf("%s: link %q", n, l)
			}
		}
	}
	for _, n := range []string{"", "8", "mistake-0", "no-such-thing"} {
		if e, ok := Explain(n); ok {
			t.Errorf("%q is explained as %s", n, e.ID)
		}
	}
}

func TestFindingsAreExplainedAtTwoDepths(t *testing.T) {
	for _, id := range declared(t) {
		e, _ := Explain(id)
		if e.Operator == "" || e.ID != id {
			t.Errorf("%s: nothing for the operator", id)
		}
	}
}

func TestExplanationsAreSortedAndKnown(t *testing.T) {
	ids := Explanations()
	if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
		t.Error("not sorted, or not unique")
	}
	for _, id := range ids {
		if e, ok := Explain(id); !ok || e.ID != id {
			t.Errorf("%s leads to %q", id, e.ID)
		}
	}
	for _, id := range append(declared(t), "mistake-1", "preflight") {
		if !slices.Contains(ids, id) {
			t.Errorf("%s is missing", id)
		}
	}
}

func TestExplainMentionsOnlyFindingsThatExist(t *testing.T) {
	ids := declared(t)
	for _, m := range mistakes {
		_, list, _ := strings.Cut(m.Operator, "Findings: ")
		list, _, _ = strings.Cut(list, ".")
		for _, id := range strings.Split(list, ", ") {
			if !slices.Contains(ids, id) {
				t.Errorf("%s names %q", m.ID, id)
			}
		}
	}
}

func TestRayLookupNamesThePlaceAndThePermission(t *testing.T) {
	for l, want := range map[answer.Layer]string{
		answer.LayerWAF: "Security › Analytics › Events", answer.LayerAccess: "Access: Audit Logs Read",
		answer.LayerWorker: "Observability", answer.LayerUnknown: "Security › Analytics › Events",
	} {
		if got := RayLookup(l, ray1); !strings.Contains(got, want) {
			t.Errorf("%s: %q lacks %q", l, got, want)
		}
	}
	if RayLookup(answer.LayerWAF, "") != "" || RayLookup(answer.LayerEdge, "-") != "" {
		t.Error("a look-up without a Ray ID")
	}
}
