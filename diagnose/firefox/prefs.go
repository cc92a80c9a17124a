package firefox

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// A pref is a preference of the profile.
type pref struct {
	name  string
	value any // bool, int or string
	why   string
}

// nobody is an address that asks nobody.
const nobody = "data:,"

// prefs are the preferences of every run: no traffic but the page's, no dialog,
// no upgrade of a plain-http page, and local network access taken as granted.
// Whatever decides CORS or cookies stays as it is shipped.
var prefs = []pref{
	{"marionette.port", 0, "a free one"},
	{"remote.prefs.recommended", false, "Marionette would set preferences for tests, such as a referrer's"},
	{"intl.locale.requested", "en-US", "console sentences in English where the build has them"},

	{"app.normandy.enabled", false, "no request of the browser's own"},
	{"app.update.auto", false, "no request of the browser's own"},
	{"app.update.disabledForTesting", true, "no request of the browser's own"},
	{"browser.contentblocking.report.monitor.url", nobody, "no request of the browser's own"},
	{"browser.newtabpage.enabled", false, "no request of the browser's own"},
	{"browser.region.network.url", "", "no request of the browser's own"},
	{"browser.region.update.enabled", false, "no request of the browser's own"},
	{"browser.safebrowsing.blockedURIs.enabled", false, "no request of the browser's own"},
	{"browser.safebrowsing.downloads.enabled", false, "no request of the browser's own"},
	{"browser.safebrowsing.malware.enabled", false, "no request of the browser's own"},
	{"browser.safebrowsing.phishing.enabled", false, "no request of the browser's own"},
	{"browser.search.geoSpecificDefaults", false, "no request of the browser's own"},
	{"browser.search.update", false, "no request of the browser's own"},
	{"browser.topsites.contile.enabled", false, "no request of the browser's own"},
	{"datareporting.policy.dataSubmissionEnabled", false, "no report to anybody"},
	{"datareporting.healthreport.uploadEnabled", false, "no report to anybody"},
	{"dom.push.connection.enabled", false, "no request of the browser's own"},
	{"extensions.blocklist.enabled", false, "no request of the browser's own"},
	{"extensions.getAddons.cache.enabled", false, "no request of the browser's own"},
	{"extensions.systemAddon.update.enabled", false, "no request of the browser's own"},
	{"extensions.update.enabled", false, "no request of the browser's own"},
	{"media.gmp-manager.updateEnabled", false, "no request of the browser's own"},
	{"network.captive-portal-service.enabled", false, "no request of the browser's own"},
	{"network.connectivity-service.enabled", false, "no request of the browser's own"},
	{"network.dns.disablePrefetch", true, "nothing but what the page asks for"},
	{"network.http.speculative-parallel-limit", 0, "nothing but what the page asks for"},
	{"network.trr.mode", 5, "names are looked up by the system, as the probes do"},
	{"security.OCSP.enabled", 0, "no request of the browser's own"},
	{"security.remote_settings.crlite_filters.enabled", false, "no request of the browser's own"},
	{"security.remote_settings.intermediates.enabled", false, "no request of the browser's own"},
	{"services.settings.server", "data:,#remote-settings-dummy/v1", "no request of the browser's own; heeded with MOZ_REMOTE_SETTINGS_DEVTOOLS"},
	{"telemetry.fog.test.localhost_port", -1, "no report to anybody, not even that there are to be none"},
	{"toolkit.telemetry.enabled", false, "no report to anybody"},
	{"toolkit.telemetry.server", nobody, "no report to anybody"},

	{"browser.aboutwelcome.enabled", false, "no welcome page"},
	{"browser.shell.checkDefaultBrowser", false, "no dialog"},
	{"browser.startup.homepage_override.mstone", "ignore", "no welcome page"},
	{"browser.startup.page", 0, "an empty page"},
	{"browser.tabs.warnOnClose", false, "no dialog"},
	{"browser.sessionstore.resume_from_crash", false, "no dialog"},
	{"datareporting.policy.dataSubmissionPolicyBypassNotification", true, "no welcome page"},
	{"extensions.autoDisableScopes", 15, "an extension would change the verdict"},
	{"extensions.enabledScopes", 0, "an extension would change the verdict"},
	{"signon.rememberSignons", false, "no dialog"},
	{"termsofuse.bypassNotification", true, "no dialog"},
	{"trailhead.firstrun.didSeeAboutWelcome", true, "no welcome page"},
	{"dom.ipc.processPrelaunch.enabled", false, "a faster start"},

	{"dom.security.https_first", false, "a page on plain http stays one"},
	{"dom.security.https_first_schemeless", false, "a page on plain http stays one"},
	{"dom.security.https_only_mode", false, "a page on plain http stays one"},
	{"network.lna.blocking", false, "local network access counts as granted; a prompt would wait for ever"},
	{"network.proxy.allow_hijacking_localhost", true, "--resolve and --connect-to hold for localhost too"},
}

// userJS writes preferences as the profile's user.js.
func userJS(more ...pref) ([]byte, error) {
	var b strings.Builder
	for _, p := range slices.Concat(prefs, more) {
		v, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&b, "user_pref(%q, %s);\n", p.name, v)
	}
	return []byte(b.String()), nil
}

// routed are the preferences that send every connection through a router.
func routed(port int) []pref {
	return []pref{
		{"network.proxy.type", 1, "--resolve and --connect-to"},
		{"network.proxy.socks", "127.0.0.1", "--resolve and --connect-to"},
		{"network.proxy.socks_port", port, "--resolve and --connect-to"},
		{"network.proxy.socks_version", 5, "which passes names on"},
		{"network.proxy.socks_remote_dns", true, "names go to the router"},
		{"network.proxy.socks5_remote_dns", true, "names go to the router"},
		{"network.proxy.no_proxies_on", "", "everything goes to the router"},
	}
}
