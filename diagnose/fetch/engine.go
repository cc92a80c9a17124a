package fetch

import (
	"fmt"
	"strings"
	"time"
)

// Engine is a browser engine as a value: a name, and its deviations from the
// standard. The zero value is Chromium. No code asks for an engine's name: it
// asks whether the engine has a deviation, or reads a row of its profile.
type Engine struct{ id engineID }

type engineID uint8

const (
	idChromium engineID = iota
	idFirefox
	idWebKit
	idStandard
	engineCount
)

// The engines. Standard is the Fetch Standard without any deviation, with
// Chromium's names for its reasons.
var (
	Chromium = Engine{idChromium}
	Firefox  = Engine{idFirefox}
	WebKit   = Engine{idWebKit}
	Standard = Engine{idStandard}
)

// Browsers are the engines that people use, in the order in which a report
// names them: all but Standard.
func Browsers() []Engine { return []Engine{Chromium, Firefox, WebKit} }

// A decider is asked whether an engine deviates: the engine itself, or a run
// that remembers what it asked.
type decider interface{ has(deviation) bool }

// Name is the engine's name as the command line and reports write it.
func (e Engine) Name() string { return profiles[e.id].name }

// String is Name.
func (e Engine) String() string { return e.Name() }

// EngineByName returns the engine of that name; empty means Chromium.
func EngineByName(name string) (Engine, error) {
	if name == "" {
		return Chromium, nil
	}
	for id := range profiles {
		if strings.EqualFold(profiles[id].name, name) {
			return Engine{engineID(id)}, nil
		}
	}
	return Engine{}, fmt.Errorf("engine %q is not known: use chromium, firefox, webkit or standard", name)
}

// A profile holds what an engine sends and prints of its own accord, where that
// decides nothing.
type profile struct {
	name      string
	userAgent string
	// preflight and request are the headers in the order of the wire.
	preflight, request []slot
	acceptEncoding     string
	acceptLanguage     string
	priority           string
	hints              map[slot]hint // the low-entropy hints of a real request
	storageAccess      string
	maxAgeCap          time.Duration

	// What it prints.
	reason          func(cause) string
	preflightNames  bool // CORS-check failures of a preflight have names of their own
	text            func(cause) text
	frame           func(r *run, t text, s string) string
	escape          func(*failure, string) string // of header values
	console         func(*Console) *string
	wildcardWarning string
}

// nowhere is the place of the sentence of an engine that prints nothing.
func nowhere(*Console) *string { return new(string) }

type hint struct{ name, value string }

// A slot is a place in the header list of a request.
type slot uint8

const (
	slotAccept slot = iota
	slotAcceptEncoding
	slotAcceptLanguage
	slotACRM
	slotACRH
	slotOrigin
	slotReferer
	slotUserAgent
	slotSecFetchSite
	slotSecFetchMode
	slotSecFetchDest
	slotStorageAccess
	slotPriority
	slotHintPlatform
	slotHintBrands
	slotHintMobile
	slotScript // what the script sets
	slotCookie
	slotServiceToken
)

// profiles holds the values of current versions: Chromium 156, Firefox 153 and
// WebKitGTK 2.50 as observed on the wire. Standard sends as Chromium does,
// without client hints.
var profiles = [engineCount]profile{
	idChromium: {
		name:           "chromium",
		userAgent:      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
		preflight:      []slot{slotAccept, slotACRM, slotACRH, slotOrigin, slotUserAgent, slotSecFetchMode, slotSecFetchSite, slotSecFetchDest, slotReferer, slotAcceptEncoding, slotAcceptLanguage},
		request:        []slot{slotHintPlatform, slotUserAgent, slotHintBrands, slotScript, slotHintMobile, slotAccept, slotOrigin, slotSecFetchSite, slotSecFetchMode, slotSecFetchDest, slotStorageAccess, slotReferer, slotAcceptEncoding, slotAcceptLanguage, slotCookie, slotServiceToken, slotPriority},
		acceptEncoding: "gzip, deflate, br, zstd",
		acceptLanguage: "en-US,en;q=0.9",
		priority:       "u=1, i",
		hints: map[slot]hint{
			slotHintPlatform: {"sec-ch-ua-platform", `"Linux"`},
			slotHintBrands:   {"sec-ch-ua", `"Not:A-Brand";v="8", "Chromium";v="156"`},
			slotHintMobile:   {"sec-ch-ua-mobile", "?0"},
		},
		storageAccess:  "active",
		maxAgeCap:      7200 * time.Second, // services/network/cors/preflight_result.cc
		reason:         func(c cause) string { return causes[c].chromium },
		preflightNames: true,
		text:           func(c cause) text { return causes[c].chromiumText },
		frame:          chromiumFrame,
		escape:         escapeLatin1,
		console:        func(c *Console) *string { return &c.Chromium },
	},
	idFirefox: {
		name:            "firefox",
		userAgent:       "Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0",
		preflight:       []slot{slotUserAgent, slotAccept, slotAcceptLanguage, slotAcceptEncoding, slotACRM, slotACRH, slotReferer, slotOrigin, slotSecFetchDest, slotSecFetchMode, slotSecFetchSite, slotPriority},
		request:         []slot{slotUserAgent, slotAccept, slotAcceptLanguage, slotAcceptEncoding, slotReferer, slotScript, slotOrigin, slotCookie, slotServiceToken, slotSecFetchDest, slotSecFetchMode, slotSecFetchSite, slotPriority},
		acceptEncoding:  "gzip, deflate, br, zstd",
		acceptLanguage:  "en-US,en;q=0.9",
		priority:        "u=4",
		maxAgeCap:       86400 * time.Second, // netwerk/protocol/http/nsCORSListenerProxy.cpp
		reason:          func(c cause) string { return causes[c].firefox },
		text:            func(c cause) text { return causes[c].firefoxText },
		frame:           firefoxFrame,
		escape:          geckoText,
		console:         func(c *Console) *string { return &c.Firefox },
		wildcardWarning: firefoxWildcardWarning,
	},
	idWebKit: {
		name:           "webkit",
		userAgent:      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Safari/605.1.15",
		preflight:      []slot{slotAccept, slotOrigin, slotACRM, slotACRH, slotSecFetchSite, slotSecFetchMode, slotSecFetchDest, slotReferer, slotUserAgent, slotAcceptLanguage, slotAcceptEncoding},
		request:        []slot{slotScript, slotAccept, slotOrigin, slotReferer, slotSecFetchSite, slotSecFetchMode, slotSecFetchDest, slotUserAgent, slotAcceptLanguage, slotAcceptEncoding, slotCookie, slotServiceToken},
		acceptEncoding: "gzip, deflate, br",
		acceptLanguage: "en-US,en;q=0.9",
		maxAgeCap:      600 * time.Second, // WebCore/loader/CrossOriginPreflightResultCache.cpp
		reason:         func(c cause) string { return causes[c].webkit },
		text:           func(c cause) text { return causes[c].webkitText },
		frame:          webkitFrame,
		escape:         soupText,
		console:        func(c *Console) *string { return &c.WebKit },
	},
	idStandard: {
		name:           "standard",
		userAgent:      "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
		preflight:      []slot{slotAccept, slotACRM, slotACRH, slotOrigin, slotUserAgent, slotSecFetchMode, slotSecFetchSite, slotSecFetchDest, slotReferer, slotAcceptEncoding, slotAcceptLanguage},
		request:        []slot{slotScript, slotUserAgent, slotAccept, slotOrigin, slotSecFetchSite, slotSecFetchMode, slotSecFetchDest, slotReferer, slotAcceptEncoding, slotAcceptLanguage, slotCookie, slotServiceToken},
		acceptEncoding: "gzip, deflate, br, zstd",
		acceptLanguage: "en-US,en;q=0.9",
		maxAgeCap:      86400 * time.Second, // the standard leaves the limit to the engine
		reason:         func(c cause) string { return causes[c].chromium },
		preflightNames: true,
		text:           func(cause) text { return text{} },
		frame:          func(_ *run, _ text, s string) string { return s },
		escape:         asItIs,
		console:        nowhere,
	},
}
