package finding

import "corstui/snippets"

// Plan returns what to change, in order, replayed on the model until the
// verdict would be allowed; and the policy that the case needs.
func Plan(in Input, fs []Finding) ([]Step, snippets.Policy) { return []Step{}, snippets.Policy{} }
