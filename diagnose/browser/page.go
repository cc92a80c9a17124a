package browser

import (
	"fmt"
	"net/url"
)

// A Page is the document that stands for the frontend. A driver fulfils it, so
// that the frontend's server is never asked.
type Page struct {
	URL     string
	Headers [][2]string
	Body    string
}

// opaqueURL is where the page of origin "null" lives. The name is reserved and
// never resolves.
const opaqueURL = "https://opaque.invalid/"

// pageBody names an icon of its own, which keeps a window from asking the
// frontend for one.
const pageBody = `<!doctype html><link rel="icon" href="data:,"><title>corstui</title><p>This page stands for your frontend; corstui runs its fetch() here.`

// PageOf returns the page of an origin. That of "null" is a sandboxed document
// in a secure context.
func PageOf(origin string) (Page, error) {
	p := Page{
		Headers: [][2]string{{"Content-Type", "text/html; charset=utf-8"}, {"Cache-Control", "no-store"}},
		Body:    pageBody,
	}
	if origin == "null" {
		p.URL = opaqueURL
		p.Headers = append(p.Headers, [2]string{"Content-Security-Policy", "sandbox allow-scripts"})
		return p, nil
	}
	u, err := url.Parse(origin)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return p, fmt.Errorf("origin %q: a browser page needs an origin like https://app.example.com, or null", origin)
	}
	p.URL = origin + "/"
	return p, nil
}
