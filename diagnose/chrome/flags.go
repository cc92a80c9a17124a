package chrome

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"net/netip"
	"os"
	"strings"

	"github.com/chromedp/chromedp"

	"corstui/diagnose/browser"
	"corstui/diagnose/probe"
)

// A flag is a switch of the browser's command line.
type flag struct {
	name  string
	value any // true for a bare switch, else a string
	why   string
}

// quiet are the switches of every run: no traffic but the page's, no dialog, no
// upgrade of a plain-http page, and local network access taken as granted.
var quiet = []flag{
	{"no-first-run", true, "no welcome page"},
	{"no-default-browser-check", true, "no dialog"},
	{"disable-background-networking", true, "no request of the browser's own"},
	{"disable-component-update", true, "no request of the browser's own"},
	{"disable-domain-reliability", true, "no report to anybody"},
	{"disable-client-side-phishing-detection", true, "no request of the browser's own"},
	{"disable-default-apps", true, "no request of the browser's own"},
	{"disable-sync", true, "no request of the browser's own"},
	{"disable-breakpad", true, "no crash report"},
	{"disable-dev-shm-usage", true, "containers give it 64 MB"},
	{"disable-extensions", true, "an extension would change the verdict"},
	{"metrics-recording-only", true, "no metrics are sent"},
	{"password-store", "basic", "no keyring dialog"},
	{"use-mock-keychain", true, "no keychain dialog"},
	// Chromium reads the last such switch alone, so all features stand in one.
	{"disable-features", "LocalNetworkAccessChecks,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,Translate,MediaRouter,OptimizationHints", "see above"},
}

// headlessOnly are the switches of a run without a window.
var headlessOnly = []flag{
	{"headless", true, "new headless: the same network stack as with a window"},
	{"hide-scrollbars", true, ""},
	{"mute-audio", true, ""},
	{"disable-gpu", true, "nothing is drawn"},
}

// allocatorOptions turns Options into the browser's command line and
// environment. dir is the profile's folder.
func allocatorOptions(path, dir string, o Options) ([]chromedp.ExecAllocatorOption, error) {
	all := append([]flag{}, quiet...)
	if !o.Visible {
		all = append(all, headlessOnly...)
	}
	if os.Geteuid() == 0 {
		all = append(all, flag{"no-sandbox", true, "the sandbox does not start as root"})
	}
	rules, err := resolverRules(o.Network)
	if err != nil {
		return nil, err
	}
	if rules != "" {
		all = append(all, flag{"host-resolver-rules", rules, "--resolve and --connect-to"})
	}
	if o.Network.Insecure {
		all = append(all, flag{"ignore-certificate-errors", true, "--insecure"})
	} else if len(o.Network.CAPEM) > 0 {
		pins, err := spkiPins(o.Network.CAPEM)
		if err != nil {
			return nil, err
		}
		all = append(all, flag{"ignore-certificate-errors-spki-list", strings.Join(pins, ","), "--cacert"})
	}
	if o.Network.UserAgent != "" {
		all = append(all, flag{"user-agent", o.Network.UserAgent, "--user-agent"})
	}

	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path),
		chromedp.UserDataDir(dir),
		chromedp.NoInheritEnv,
		chromedp.Env(browser.Environment(os.Environ())...),
	}
	if o.Visible {
		// Also makes the allocator say so at once where there is no display.
		opts = append(opts, chromedp.VisibleWindow)
	}
	for _, f := range all {
		opts = append(opts, chromedp.Flag(f.name, f.value))
	}
	return opts, nil
}

// resolverRules writes --resolve and --connect-to as Chromium's host resolver
// rules. The first rule that matches wins, and curl looks at --connect-to
// before it resolves, so those come first.
func resolverRules(n probe.Network) (string, error) {
	var rules []string
	for _, v := range n.ConnectTo {
		f, ok := splitColons(v, 4)
		if !ok {
			return "", fmt.Errorf("--connect-to %q: want HOST:PORT:HOST2:PORT2", v)
		}
		host, port, host2, port2 := f[0], f[1], f[2], f[3]
		if host2 == "" {
			host2 = host // curl: an empty HOST2 leaves the host
		}
		if host2 == "" {
			return "", fmt.Errorf("--connect-to %q: a browser needs a HOST2, or a HOST to stay with", v)
		}
		if port2 != "" {
			host2 += ":" + port2
		}
		rules = append(rules, "MAP "+pattern(host, port)+" "+host2)
	}
	for _, v := range n.Resolve {
		v = strings.TrimPrefix(v, "+")
		f, ok := splitColons(v, 3)
		if !ok {
			return "", fmt.Errorf("--resolve %q: want HOST:PORT:ADDR", v)
		}
		// curl takes a list of addresses; one is enough for a browser.
		addr, _, _ := strings.Cut(f[2], ",")
		ip, err := netip.ParseAddr(strings.Trim(addr, "[]"))
		if err != nil {
			return "", fmt.Errorf("--resolve %q: %q is no IP address", v, addr)
		}
		host := ip.String()
		if ip.Is6() {
			host = "[" + host + "]"
		}
		rules = append(rules, "MAP "+pattern(f[0], f[1])+" "+host)
	}
	for _, r := range rules {
		if strings.ContainsAny(r, ",\"\r\n") {
			return "", fmt.Errorf("%q: a host name has no comma, quote or line break", r)
		}
	}
	return strings.Join(rules, ","), nil
}

// pattern is the left side of a resolver rule; an empty host or port matches any.
func pattern(host, port string) string {
	if host == "" {
		host = "*"
	}
	if port == "" || port == "*" {
		return host
	}
	return host + ":" + port
}

// splitColons splits at the first n-1 colons outside of square brackets; the
// last field keeps what is left.
func splitColons(s string, n int) ([]string, bool) {
	var out []string
	depth, start := 0, 0
	for i := 0; i < len(s) && len(out) < n-1; i++ {
		switch s[i] {
		case '[':
			depth++
		case ']':
			depth--
		case ':':
			if depth == 0 {
				out = append(out, s[start:i])
				start = i + 1
			}
		}
	}
	out = append(out, s[start:])
	return out, len(out) == n
}

// spkiPins are the hashes of the public keys of the certificates in PEM form.
// Chromium accepts any chain in which one of these keys occurs: only what the
// user vouched for is let through, not every bad certificate.
func spkiPins(pemBytes []byte) ([]string, error) {
	var pins []string
	for rest := pemBytes; ; {
		var block *pem.Block
		block, rest = pem.Decode(rest)
		if block == nil {
			break
		}
		if block.Type != "CERTIFICATE" {
			continue
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, fmt.Errorf("--cacert: a certificate in it cannot be read: %w", err)
		}
		sum := sha256.Sum256(cert.RawSubjectPublicKeyInfo)
		pins = append(pins, base64.StdEncoding.EncodeToString(sum[:]))
	}
	if len(pins) == 0 {
		return nil, fmt.Errorf("--cacert: no certificate in PEM form in it")
	}
	return pins, nil
}
