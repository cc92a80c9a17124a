package answer

import (
	"regexp"
	"strings"
	"time"
)

const (
	productChallenge = "challenge"
	productBlockPage = "block page"
)

var (
	chlOptRE   = regexp.MustCompile(`window\._cf_chl_opt\s*=\s*\{`)
	chlTypeRE  = regexp.MustCompile(`cType\s*:\s*['"]([a-z_-]+)['"]`)
	chlZoneRE  = regexp.MustCompile(`cZone\s*:\s*['"]([^'"]+)['"]`)
	chlRayRE   = regexp.MustCompile(`cRay\s*:\s*['"]([0-9a-fA-F]{16})['"]`)
	prologueRE = regexp.MustCompile(`(?i)^(<!doctype html>\s*)?<!--\[if lt IE 7\]>\s*<html class="no-js ie6 oldie"`)
)

// wafRules are the marks of Cloudflare's security products.
var wafRules = []Rule{
	{
		ID: "waf-mitigated", Matches: "cf-mitigated: challenge",
		What: "cf-mitigated", Layer: LayerWAF, Strength: Certain, Product: productChallenge,
		Says:   "cf-mitigated: challenge is the header with which Cloudflare marks its challenge pages.",
		Source: "Cloudflare docs «Detect a Challenge Page response»", Grade: Documented, cloudflare: true,
		match: func(v *view) *hit {
			value := strings.ToLower(v.header("cf-mitigated"))
			if value == "" {
				return nil
			}
			h := challengeHit(v)
			if value != "challenge" {
				h.strength, h.product = Likely, "security action"
				h.says = "cf-mitigated names an action of Cloudflare's security products: “" + show(value) + "”."
			}
			if v.status != 0 && v.status < 300 {
				h.doubts = append(h.doubts, "A challenge never comes with a status of success.")
			}
			if v.text != "" && !v.cut && !challengeBody(v) {
				h.doubts = append(h.doubts, "The page has nothing of a challenge in it.")
			}
			if m := v.mediaType(); m != "" && m != "text/html" {
				h.doubts = append(h.doubts, "A challenge is always text/html; this answer says "+show(m)+".")
			}
			return h
		},
	},
	{
		ID: "waf-challenge-page", Matches: "403, 429 or 503 whose page defines window._cf_chl_opt, and is no Turnstile frame",
		What: "body: _cf_chl_opt", Layer: LayerWAF, Strength: Certain, Product: productChallenge,
		Says:   "The page sets up a Cloudflare challenge (_cf_chl_opt).",
		Source: "published challenge pages of 2025 and 2026", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !v.is(403, 429, 503) || v.find(chlOptRE, "_cf_chl_opt") == nil {
				return nil
			}
			if m := chlTypeRE.FindStringSubmatch(v.body); m != nil && strings.HasPrefix(m[1], "chl_api") {
				return nil
			}
			return challengeHit(v)
		},
	},
	{
		ID: "waf-challenge-title", Matches: "403, 429 or 503 titled “Just a moment...” on a Cloudflare front",
		What: "title", Layer: LayerWAF, Strength: Certain, Product: productChallenge,
		Says:   "“Just a moment...” with this status is Cloudflare's challenge page.",
		Source: "published challenge pages of 2019 to 2026", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !v.is(403, 429, 503) || !strings.EqualFold(strings.TrimRight(v.title, ".…"), "Just a moment") || v.whole && !v.front {
				return nil
			}
			h := challengeHit(v)
			if !v.front || v.status == 0 {
				h.strength = Likely
			}
			return h
		},
	},
	{
		ID: "waf-block-title", Matches: "403 titled “Attention Required! | Cloudflare” on a Cloudflare front",
		What: "title", Layer: LayerWAF, Strength: Certain, Product: productBlockPage,
		Says:   "“Attention Required! | Cloudflare” is the title of Cloudflare's block page.",
		Source: "published block pages, Ekultek/WhatWaf #10 #684 #1287 #1385 #1566", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !v.is(403, 429, 503) || v.title != "Attention Required! | Cloudflare" || v.whole && !v.front {
				return nil
			}
			h := &hit{rays: rayClaims(pageRay(v))}
			if !v.front || v.status != 403 {
				h.strength = Likely
			}
			if v.contains("captcha") {
				h.product = "interactive challenge"
			}
			return h
		},
	},
	{
		ID: "waf-block-text", Matches: "403 with the heading of the block page and “Cloudflare Ray ID”, or its marker block_headline",
		What: "body", Layer: LayerWAF, Strength: Certain, Product: productBlockPage,
		Says:   "“Sorry, you have been blocked” with a Cloudflare Ray ID is the text of Cloudflare's block page.",
		Source: "published block pages", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !v.is(403, 429, 503) || !(v.contains(`data-translate="block_headline"`) || v.contains("Sorry, you have been blocked") && v.contains("Ray ID")) {
				return nil
			}
			h := &hit{rays: rayClaims(pageRay(v))}
			if v.status != 403 {
				h.strength = Likely
			}
			return h
		},
	},
	{
		ID: "waf-challenge-text", Matches: "403, 429 or 503 with the words of a challenge page",
		What: "body", Layer: LayerWAF, Strength: Likely, Product: productChallenge,
		Says:   "The words are those of a Cloudflare challenge page.",
		Source: "published challenge pages", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool {
			return v.is(403, 429, 503) && (v.contains("needs to review the security of your connection before proceeding") ||
				v.contains("This website uses a security service to protect") && v.contains("cloudflare") || v.contains("Performing security verification") && v.contains("cloudflare") ||
				v.contains("Checking your browser before accessing") && v.contains("cloudflare") || v.contains("/cdn-cgi/challenge-platform/") && v.contains("/orchestrate/"))
		}),
	},
	{
		ID: "waf-old-title", Matches: "403 or 503 with an older title of a Cloudflare challenge or captcha",
		What: "title", Layer: LayerWAF, Strength: Likely, Product: productChallenge,
		Says:   "The title is one that Cloudflare's challenge pages carried in earlier years.",
		Source: "common knowledge of older pages", Grade: Inferred, cloudflare: true,
		match: when(func(v *view) bool {
			t := strings.ToLower(v.title)
			return v.is(403, 429, 503) && v.front && (t == "please wait... | cloudflare" || strings.HasPrefix(t, "ddos protection by cloudflare") || strings.HasPrefix(t, "one more step") && v.contains("cloudflare"))
		}),
	},
}

// wafFaintRules are marks that the security products share with other pages.
var wafFaintRules = []Rule{
	{
		ID: "waf-block-prologue", Matches: "403 without cf-cache-status whose body starts as Cloudflare's error pages do, and is cut there",
		What: "body", Layer: LayerWAF, Strength: Likely, Product: productBlockPage,
		Says:   "The page starts as Cloudflare's block page does, and nothing behind Cloudflare's cache was asked.",
		Source: "Ekultek/WhatWaf #1342 #1062", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool { return v.status == 403 && v.noCCS && prologueRE.MatchString(v.text) }),
	},
	{
		ID: "waf-block-headers", Matches: "403 text/html without cf-cache-status, with cache-control: max-age=15 and expires 15 seconds after date",
		What: "cache-control, expires", Layer: LayerWAF, Strength: Likely, Product: productBlockPage,
		Says:   "Cloudflare's block page is the one that may be kept for exactly 15 seconds; no cf-cache-status stands beside it.",
		Source: "published block pages", Grade: Observed, cloudflare: true,
		match: when(func(v *view) bool {
			return v.status == 403 && v.noCCS && v.mediaType() == "text/html" && strings.EqualFold(v.header("cache-control"), "max-age=15") && v.lasts(15*time.Second)
		}),
	},
	{
		ID: "waf-challenge-headers", Matches: "403 or 503 with the header set of a challenge page: critical-ch or accept-ch, the cross-origin trio, origin-agent-cluster; or chlray, cf-chl-out, cf-chl-bypass",
		What: "challenge headers", Layer: LayerWAF, Strength: Likely, Product: productChallenge,
		Says:   "The headers are those with which Cloudflare dresses its challenge pages.",
		Source: "published challenge pages of 2024 and 2026", Grade: Observed, cloudflare: true,
		match: func(v *view) *hit {
			if !v.is(403, 429, 503) {
				return nil
			}
			switch {
			case strings.Contains(strings.ToLower(v.header("server-timing")), "chlray;"):
				return &hit{what: "server-timing: chlray"}
			case v.has("cf-chl-out"):
				return &hit{what: "cf-chl-out"}
			case v.has("cf-chl-bypass"):
				return &hit{what: "cf-chl-bypass"}
			}
			ch := strings.Contains(strings.ToLower(v.header("accept-ch")+v.header("critical-ch")), "sec-ch-ua-bitness")
			trio := v.has("cross-origin-embedder-policy") && v.has("cross-origin-opener-policy") && v.has("cross-origin-resource-policy")
			if ch && trio && v.has("origin-agent-cluster") && !v.has("cf-cache-status") {
				return &hit{what: "critical-ch, cross-origin-*, origin-agent-cluster"}
			}
			return nil
		},
	},
}

// challengeBody says whether a body has anything of a challenge page.
func challengeBody(v *view) bool {
	for _, mark := range []string{"_cf_chl_opt", "just a moment", "challenge-platform", "cf-challenge", "cf_chl", "challenges.cloudflare.com", "challenge-error", "attention required", "ray id"} {
		if v.contains(mark) {
			return true
		}
	}
	return false
}

// challengeHit reads what a challenge page says of itself.
func challengeHit(v *view) *hit {
	h := &hit{product: productChallenge}
	if v.find(chlOptRE, "_cf_chl_opt") == nil {
		return h
	}
	if m := chlTypeRE.FindStringSubmatch(v.body); m != nil {
		switch m[1] {
		case "managed":
			h.product = "managed challenge"
		case "interactive":
			h.product = "interactive challenge"
		case "non-interactive":
			h.product = "JavaScript challenge"
		}
	}
	if m := chlZoneRE.FindStringSubmatch(v.body); m != nil {
		h.names = []named{{where: "cZone", host: m[1], wide: true}}
	}
	if m := chlRayRE.FindStringSubmatch(v.body); m != nil {
		h.rays = rayClaims(m[1])
	}
	return h
}
