package paste

import (
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/exchange"
)

// Console lines as people published them in issues, with hosts replaced.
func TestParseReadsPublishedConsoleReports(t *testing.T) {
	for _, c := range []struct {
		name, text  string
		url, origin string
		reason      string
		status      int
		credentials exchange.CredentialsMode
		missing     []string
	}{
		{"sysadminsmedia/homebox 1598", "[nuxt] Error creating app manifest matcher. undefined\n\nhome:1 Access to manifest at 'https://team.cloudflareaccess.com/cdn-cgi/access/login/home.example.site?...&redirect_url=%2Fmanifest.webmanifest' (redirected from 'https://home.example.site/manifest.webmanifest') from origin 'https://home.example.site' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.\n\nteam.cloudflareaccess.com/cdn-cgi/access/login/home.example.site?kid=...:1  GET https://team.cloudflareaccess.com/cdn-cgi/access/login/home.example.site?kid=... net::ERR_FAILED 200",
			"https://home.example.site/manifest.webmanifest", "https://home.example.site", "MissingAllowOriginHeader", 0, exchange.CredentialsOmit, nil},
		{"openchamber 734", "Failed to load resource: net::ERR_BLOCKED_BY_CLIENT\n(index):1 Access to manifest at 'https://slug.cloudflareaccess.com/cdn-cgi/access/login/chamber.example.com?...' (redirected from 'https://chamber.example.com/manifest.webmanifest') from origin 'https://chamber.example.com' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.",
			"https://chamber.example.com/manifest.webmanifest", "https://chamber.example.com", "MissingAllowOriginHeader", 0, exchange.CredentialsOmit, nil},
		{"cdnjs 13210, from a phone's log", `2019-01-11 10:03:13.128 16854-16854/? I/chromium: [INFO:CONSOLE(0)] "Access to XMLHttpRequest at 'https://api.example.com' from origin 'http://localhost:8080' has been blocked by CORS policy: No 'Access-Control-Allow-Origin' header is present on the requested resource.", source: http://localhost:8080/ (0)`,
			"https://api.example.com", "http://localhost:8080", "MissingAllowOriginHeader", 0, "", nil},
		{"aws-api-gateway-developer-portal 471, the reason alone", `now it giving "blocked by CORS policy: Response to preflight request doesn't pass access control check: It does not have HTTP ok status". Could anyone help`,
			"", "", "PreflightInvalidStatus", 0, "", []string{MissingURL, MissingOrigin, MissingMethod, MissingHeaders}},
		{"cloudflared 705", "[Error] Preflight response is not successful. Status code: 405\n[Error] Fetch API cannot load https://example.com/api due to access control checks.",
			"https://example.com/api", "", "", 405, "", []string{MissingOrigin, MissingMethod, MissingHeaders}},
		{"grafana-pathfinder-app 281", "[Error] Preflight response is not successful. Status code: 403\n[Error] Fetch API cannot load https://raw.example.com/main/unstyled.html due to access control checks.\n[Error] Failed to load resource: Preflight response is not successful. Status code: 403 (unstyled.html, line 0)\nTypeError: Load failed",
			"https://raw.example.com/main/unstyled.html", "", "", 403, "", []string{MissingOrigin, MissingMethod, MissingHeaders}},
		{"build.snapcraft.io 222", "[Error] Failed to load resource: the server responded with a status of 403 (Forbidden) (acl, line 0)\n[Error] Failed to load resource: Preflight response is not successful (acl, line 0)\n[Error] XMLHttpRequest cannot load https://apps.example.com/dev/api/acl/. Preflight response is not successful",
			"https://apps.example.com/dev/api/acl/", "", "", 0, "", []string{MissingOrigin, MissingMethod, MissingHeaders}},
		{"allOrigins 139", "Failed to load resource: Origin null is not allowed by Access-Control-Allow-Origin. Status code: 522\n\nConnection timed out Error code 522",
			"", "null", "", 522, "", []string{MissingURL}},
		{"soundcloud/api 472, the URL blacked out", "Preflight response is not successful. Status code: 403\nFetch API cannot load media.example.com/<id>.mp3?<params> due to access control checks\nFailed to load resource: Preflight response is not successful. Status code: 403",
			"", "", "", 403, "", []string{MissingURL, MissingOrigin, MissingMethod, MissingHeaders}},
		{"CodeX 7", "Error: Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://code.example.app/.netlify/functions/run. (Reason: CORS preflight response did not succeed). Status code: 502.",
			"https://code.example.app/.netlify/functions/run", "", "CORSPreflightDidNotSucceed", 502, "", []string{MissingOrigin, MissingMethod, MissingHeaders}},
		{"enable-cors.org 169", "Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://demo4.example.com/api/home/Getlist. (Reason: CORS header ‘Access-Control-Allow-Origin’ does not match ‘*, *’).",
			"https://demo4.example.com/api/home/Getlist", "", "CORSAllowOriginNotMatchingOrigin", 0, "", []string{MissingOrigin}},
		{"decentraleyes 24", "    Cross-Origin Request Blocked: The Same Origin Policy disallows reading the remote resource at https://code.example.com/jquery-2.1.4.min.js. (Reason: CORS header 'Access-Control-Allow-Origin' missing).\n\nand breaks the site.",
			"https://code.example.com/jquery-2.1.4.min.js", "", "CORSMissingAllowOrigin", 0, "", []string{MissingOrigin}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, err := Parse(c.text)
			if err != nil {
				t.Fatal(err)
			}
			if c.credentials == "" {
				c.credentials = exchange.CredentialsSameOrigin
			}
			if p.Case.URL != c.url || p.Case.Origin != c.origin || p.Reason != c.reason || p.Status != c.status || p.Case.Credentials != c.credentials || !slices.Equal(p.Missing, c.missing) {
				t.Errorf("%s from %s: %s %d, credentials %s, missing %v", p.Case.URL, p.Case.Origin, p.Reason, p.Status, p.Case.Credentials, p.Missing)
			}
			manifest := strings.Contains(c.text, "Access to manifest")
			if strings.Contains(strings.Join(p.Notes, " "), `crossorigin="use-credentials"`) != manifest {
				t.Errorf("notes %q", p.Notes)
			}
			t.Log(p.Understood)
		})
	}
}
