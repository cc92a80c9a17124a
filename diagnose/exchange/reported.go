package exchange

// Reported is what the user's own browser said of the request, as far as a
// pasted console line tells it: what a diagnosis is held against.
type Reported struct {
	// Engine is the one whose console it is: "chromium", "firefox", "webkit".
	Engine string `json:"engine"`
	// Reason is Chromium's CorsError or Firefox's reason key; empty where the line
	// names none.
	Reason string `json:"reason,omitempty"`
	// Status is the HTTP status in the line; 0 for none.
	Status int `json:"status,omitempty"`
}
