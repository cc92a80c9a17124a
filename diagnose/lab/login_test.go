package lab

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestALoginAtAccessEndsWithItsCookie goes the way of a person: the redirect, the
// form, and back to the application's host.
func TestALoginAtAccessEndsWithItsCookie(t *testing.T) {
	c := dial(t, start(t, "access-login"))
	const target = "https://access-login.api.example.com/v1/me?a=b"
	login := c.do("GET", target, "Sec-Fetch-Mode", "navigate").Header.Get("Location")
	form := c.do("GET", login)
	m := regexp.MustCompile(`name="meta" type="hidden" value="([^"]+)"`).FindStringSubmatch(form.body)
	if m == nil {
		t.Fatalf("no form: %s", form.body)
	}
	callback := "https://" + teamHost + "/cdn-cgi/access/callback"
	send := func(meta string) seen {
		res, err := c.c.PostForm(callback, url.Values{"meta": {meta}, "email": {"dev@example.com"}})
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return seen{Response: res}
	}
	back := send(m[1])
	back.is(t, 302, "Location", `https://access-login\.api\.example\.com/cdn-cgi/access/authorized\?meta=.*`, "Set-Cookie", "")
	in := c.do("GET", back.Header.Get("Location"))
	in.is(t, 302, "Location", `/v1/me\?a=b`, "Set-Cookie", "CF_Authorization=ey.*; Path=/; Secure; HttpOnly")
	cookie, _, _ := strings.Cut(in.Header.Get("Set-Cookie"), ";")
	c.do("GET", target, "Cookie", cookie).is(t, 200)

	// What Access did not sign logs nobody in, nor does what it signed for another.
	for _, bad := range []string{"", "x", m[1] + "x", strings.TrimPrefix(cookie, "CF_Authorization=")} {
		send(bad).is(t, 400, "Location", "")
		c.do("GET", "https://access-login.api.example.com/cdn-cgi/access/authorized?meta="+url.QueryEscape(bad)).is(t, 403, "Set-Cookie", "")
	}
}
