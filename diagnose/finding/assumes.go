package finding

// NoSession in Verdict.Assumes says that what was seen holds for a visitor
// without a session.
const NoSession = "no-session"

// Assumes returns what the case did not say and the verdict rests on:
// "no-session" where Access covers the URL, the page's credentials would travel
// there, and no session is known. It is never nil.
func Assumes(in Input) []string { return newView(in).assumes() }

func (v *view) assumes() []string {
	if v.in.Fetch.Local == nil && v.accessCovers() && v.credentialsTravel() && !v.c.Session.Known() {
		return []string{NoSession}
	}
	return []string{}
}
