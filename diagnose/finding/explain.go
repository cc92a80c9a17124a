package finding

// Explanation is what `explain` prints for an ID.
type Explanation struct {
	ID, Title string
	// Plain is for a frontend developer, Operator for whoever runs the layer.
	Plain, Operator string
	Links           []string
}

// Explain returns the explanation of a finding ID, a CORS error code
// (Chromium's or Firefox's) or a mistake ("1" to "7", "mistake-1").
func Explain(id string) (Explanation, bool) { return Explanation{}, false }

// Explanations returns the IDs that Explain knows, sorted.
func Explanations() []string { return nil }
