package answer

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	googleEdgeRE = regexp.MustCompile(`^<!doctype html><meta charset="utf-8"><meta name=viewport content="width=device-width, initial-scale=1"><title>([45][0-9]{2})</title>([45][0-9]{2}) [A-Z][A-Za-z -]+$`)
	balancerRE   = regexp.MustCompile(`(?is)^<html>\s*<head><title>([345][0-9]{2})[^<]*</title></head>\s*<body[^>]*>\s*<center><h1>([345][0-9]{2})[^<]*</h1></center>\s*(?:<hr><center>awselb/[^<]*</center>\s*)?</body>\s*</html>$`)
	awsErrorRE   = regexp.MustCompile(`(?i)^(Forbidden|MissingAuthenticationToken|AccessDenied|Unauthorized|InvalidSignature|IncompleteSignature|ExpiredToken|UnrecognizedClient|TooManyRequests|LimitExceeded|InternalServerError|Throttling|ServiceUnavailable|BadRequest|NotFound|UnsupportedMediaType|RequestTooLarge|IntegrationTimeout|IntegrationFailure)Exception`)
)

// balancerReasons are the headings of the load balancer's short pages.
var balancerReasons = map[int]string{
	301: "301 Moved Permanently", 302: "302 Found", 400: "400 Bad Request", 401: "401 Authorization Required", 403: "403 Forbidden", 404: "404 Not Found", 405: "405 Not Allowed",
	500: "500 Internal Server Error", 502: "502 Bad Gateway", 503: "503 Service Temporarily Unavailable", 504: "504 Gateway Time-out",
}

// balancerForm says whether an answer has the form of the short pages that the
// AWS load balancer writes. A Lambda function behind it answers under the same
// server header, in a form of its own.
func balancerForm(v *view) bool {
	m := v.mediaType()
	switch {
	case v.status < 300 || m != "" && m != "text/html" || appForm(v):
		return false
	case v.text != "":
		page := balancerRE.FindStringSubmatch(v.text)
		return page != nil && page[1] == page[2] && page[1] == strconv.Itoa(v.status)
	}
	reason, ok := balancerReasons[v.status]
	// The page without its heading, which stands in it twice, now and with the
	// white background of earlier years.
	n := v.contentLength() - 2*len(reason)
	return ok && (n == 92 || n == 108)
}

// gatewayErrors are the kinds of error that the API Gateway itself reports.
var gatewayErrors = []string{"forbidden", "missingauthenticationtoken", "unauthorized", "accessdenied", "internalservererror", "toomanyrequests", "limitexceeded", "invalidsignature", "incompletesignature", "expiredtoken", "throttling"}

// gatewayText says whether the body is one of the API Gateway's own sentences.
func gatewayText(v *view) bool {
	if len(v.obj) != 1 {
		return false
	}
	switch v.str("message") + v.str("Message") {
	case "Forbidden", "Missing Authentication Token", "Unauthorized", "Not Found", "Limit Exceeded", "Too Many Requests", "Rate Exceeded.", "Internal Server Error", "Internal server error",
		"Endpoint request timed out", "Service Unavailable", "User is not authorized to access this resource", "The security token included in the request is invalid.", "The incoming token has expired":
		return true
	}
	return strings.HasPrefix(v.str("Message"), "User is not authorized to access this resource") || strings.HasPrefix(v.str("message"), "Authorization header requires 'Credential' parameter")
}

// gatewayRules are the marks of load balancers, API gateways and login proxies.
var gatewayRules = []Rule{
	// AWS API Gateway, ALB, WAF
	{
		ID: "apigw-error", Matches: "x-amzn-errortype of the gateway's own refusals, with its short JSON",
		What: "x-amzn-errortype", Layer: LayerProxy, Strength: Certain, Product: "AWS API Gateway",
		Says:   "The API Gateway refused the call before the function behind it was asked.",
		Source: "AWS docs (API Gateway, gateway responses); published answers", Grade: Documented,
		match: func(v *view) *hit {
			m := awsErrorRE.FindStringSubmatch(v.header("x-amzn-errortype"))
			if !v.failed() || m == nil {
				return nil
			}
			h := &hit{}
			// The names of other errors are those of AWS services too, which
			// may be the app itself.
			if !slices.Contains(gatewayErrors, strings.ToLower(m[1])) || v.text != "" && !gatewayText(v) {
				h.strength = Likely
			}
			return h
		},
	},
	{
		ID: "apigw-text", Matches: "{\"message\":\"Missing Authentication Token\"} and the like, with the gateway's request id",
		What: "body: message", Layer: LayerProxy, Strength: Likely, Product: "AWS API Gateway",
		Says:   "The short JSON is one of the API Gateway's own answers.",
		Source: "AWS docs (API Gateway, gateway responses)", Grade: Documented,
		match: when(func(v *view) bool {
			return v.failed() && gatewayText(v) && (v.has("x-amzn-requestid", "x-amz-apigw-id", "apigw-requestid") || strings.Contains(v.host, ".execute-api."))
		}),
	},
	{
		ID: "aws-alb", Matches: "server: awselb/… on an error or a redirect in the load balancer's own form: its short HTML page, or text/html of exactly that length",
		What: "server, content-length", Layer: LayerProxy, Strength: Certain, Product: "AWS load balancer",
		Says:   "The answer names the AWS load balancer as server and has the form of the balancer's own short page.",
		Source: "published answers; AWS docs (ALB fixed responses and redirects)", Grade: Observed,
		match: when(func(v *view) bool { return strings.HasPrefix(v.server, "awselb/") && balancerForm(v) }),
	},
	{
		ID: "aws-alb-server", Matches: "server: awselb/… on an error or a redirect that is cut or plain text, without anything of an app",
		What: "server", Layer: LayerProxy, Strength: Likely, Product: "AWS load balancer",
		Says:   "The answer names the AWS load balancer as server and shows nothing of an app.",
		Source: "published answers; AWS docs (ALB fixed responses and redirects)", Grade: Observed,
		match: when(func(v *view) bool {
			m := v.mediaType()
			return strings.HasPrefix(v.server, "awselb/") && v.status >= 300 && (m == "" || m == "text/plain" || m == "text/html") && !appForm(v) && !v.has("vary", "set-cookie")
		}),
	},
	{
		ID: "aws-alb-target", Matches: "server: awselb/… on any other answer",
		What: "server", Layer: LayerUnknown, Strength: Unknown,
		Says:   "The AWS load balancer names itself as server also on what a Lambda function behind it answers: the function, or a fixed response of the balancer, made this.",
		Source: "published answers of functions behind an ALB, 2022; AWS docs (Lambda functions as targets)", Grade: Observed,
		match: func(v *view) *hit {
			if !strings.HasPrefix(v.server, "awselb/") {
				return nil
			}
			return &hit{candidates: []Layer{LayerOrigin, LayerProxy}}
		},
	},
	{
		ID: "aws-alb-page", Matches: "a short error page signed awselb",
		What: "body: signature", Layer: LayerProxy, Strength: Certain, Product: "AWS load balancer",
		Says:   "The short page is signed by the AWS load balancer.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return v.failed() && len(v.text) < 2000 && v.contains("<center>awselb/")
		}),
	},
	{
		ID: "aws-alb-login", Matches: "302 that sets AWSALBAuthNonce",
		What: "set-cookie: AWSALBAuthNonce", Layer: LayerProxy, Strength: Likely, Product: "AWS load balancer, login",
		Says:   "The load balancer starts its own login.",
		Source: "AWS docs (ALB user authentication)", Grade: Inferred,
		match: when(func(v *view) bool { return v.redirect() && v.setsCookie("AWSALBAuthNonce") }),
	},
	{
		ID: "aws-waf", Matches: "x-amzn-waf-action: challenge or captcha",
		What: "x-amzn-waf-action", Layer: LayerProxy, Strength: Certain, Product: "AWS WAF",
		Says:   "AWS WAF answered with a challenge or a captcha.",
		Source: "AWS docs (AWS WAF, CAPTCHA and Challenge actions)", Grade: Documented,
		match: when(func(v *view) bool {
			a := strings.ToLower(v.header("x-amzn-waf-action"))
			return a == "challenge" || a == "captcha"
		}),
	},
	// Azure
	{
		ID: "azure-front-door", Matches: "Azure Front Door's own page: “Our services aren't available right now”, with x-azure-ref",
		What: "body, x-azure-ref", Layer: LayerProxy, Strength: Certain, Product: "Azure Front Door",
		Says:   "The page is Azure Front Door's own.",
		Source: "Microsoft docs (Azure Front Door, troubleshooting)", Grade: Documented,
		match: when(func(v *view) bool {
			return v.failed() && v.has("x-azure-ref") && (v.contains("Our services aren't available right now") || v.contains("The request is blocked.") || v.contains("ErrorInfo:"))
		}),
	},
	{
		ID: "azure-front-door-redirect", Matches: "3xx with x-azure-ref, without server, cookie or any header of an app",
		What: "x-azure-ref", Layer: LayerProxy, Strength: Likely, Product: "Azure Front Door",
		Says:   "The redirect carries nothing but Front Door's own headers: its rule made it.",
		Source: "Microsoft docs (Azure Front Door, HTTP to HTTPS redirect)", Grade: Inferred,
		match: when(func(v *view) bool {
			return v.redirect() && v.has("x-azure-ref") && !v.has("server", "set-cookie", "x-powered-by", "etag", "x-request-id")
		}),
	},
	{
		ID: "azure-front-door-error", Matches: "x-azure-ref and x-azure-externalerror, or x-cache: CONFIG_NOCACHE with no body and no app",
		What: "x-azure-externalerror", Layer: LayerProxy, Strength: Likely, Product: "Azure Front Door",
		Says:   "Azure Front Door reports an error of its own.",
		Source: "Microsoft docs (Azure Front Door)", Grade: Documented,
		match: when(func(v *view) bool { return v.failed() && v.has("x-azure-externalerror") }),
	},
	{
		ID: "azure-app-gateway", Matches: "server: Microsoft-Azure-Application-Gateway/v2",
		What: "server", Layer: LayerProxy, Strength: Likely, Product: "Azure Application Gateway",
		Says:   "The gateway names itself as server: it answered by itself.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool {
			return strings.HasPrefix(v.server, "microsoft-azure-application-gateway") || v.failed() && v.contains("<center>Microsoft-Azure-Application-Gateway")
		}),
	},
	{
		ID: "azure-apim", Matches: "JSON of Azure API Management: statusCode equal to the status and its own sentence",
		What: "body: statusCode, message", Layer: LayerProxy, Strength: Certain, Product: "Azure API Management",
		Says:   "The sentence is that of Azure API Management.",
		Source: "Microsoft docs (API Management, subscriptions)", Grade: Documented,
		match: func(v *view) *hit {
			m := v.str("message")
			switch {
			case !v.failed() || v.num("statusCode") != v.status:
				return nil
			case strings.HasPrefix(m, "Access denied due to missing subscription key"), strings.HasPrefix(m, "Access denied due to invalid subscription key"):
				return &hit{}
			case m == "Resource not found" && len(v.obj) == 2:
				return &hit{strength: Likely} // an app may say so too
			}
			return nil
		},
	},
	{
		ID: "azure-easy-auth", Matches: "401 or 403 with x-ms-middleware-request-id: App Service authentication",
		What: "x-ms-middleware-request-id", Layer: LayerProxy, Strength: Likely, Product: "Azure App Service authentication",
		Says:   "Azure's App Service authentication answered before the app.",
		Source: "common knowledge", Grade: Inferred,
		match: when(func(v *view) bool { return v.is(401, 403, 302) && v.has("x-ms-middleware-request-id") }),
	},
	// Google
	{
		ID: "google-edge-page", Matches: "the whole body is the page of one line with which Google's load balancer refuses, as Cloud Armor has it do",
		What: "body", Layer: LayerProxy, Strength: Certain, Product: "Google load balancer (Cloud Armor)",
		Says:   "The page of one line is the one with which Google's load balancer refuses; a rule of Cloud Armor is the usual cause.",
		Source: "published refusals of the Cloud Armor workshop and of others", Grade: Observed,
		match: func(v *view) *hit {
			m := googleEdgeRE.FindStringSubmatch(v.text)
			if !v.failed() || m == nil || m[1] != m[2] || v.status != 0 && m[1] != strconv.Itoa(v.status) {
				return nil
			}
			h := &hit{}
			// Without Google's own via, an app may have passed the page on.
			if !via("1.1 google")(v) {
				h.strength = Likely
			}
			return h
		},
	},
	{
		ID: "google-iap", Matches: "x-goog-iap-generated-response: true",
		What: "x-goog-iap-generated-response", Layer: LayerProxy, Strength: Certain, Product: "Google Identity-Aware Proxy",
		Says:   "Google's Identity-Aware Proxy made this answer itself.",
		Source: "Google docs (IAP); published answers", Grade: Documented,
		match: when(func(v *view) bool { return strings.EqualFold(v.header("x-goog-iap-generated-response"), "true") }),
	},
	{
		ID: "google-robot", Matches: "Google's error page “That’s an error.”",
		What: "body", Layer: LayerProxy, Strength: Likely, Product: "Google load balancer",
		Says:   "The page is Google's front end's own error page.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return v.failed() && (v.contains("That’s an error.") || v.contains("That's an error."))
		}),
	},
	// Envoy and gateways on it
	{
		ID: "envoy-text", Matches: "Envoy's own texts: upstream connect error…, RBAC: access denied, Jwt is missing, no healthy upstream, fault filter abort",
		What: "body", Layer: LayerProxy, Strength: Certain, Product: "Envoy",
		Says:   "The whole body is a text that Envoy writes itself.",
		Source: "envoyproxy/envoy source (router, rbac, jwt_authn, fault)", Grade: Observed,
		match: func(v *view) *hit {
			if !v.failed() || len(v.text) > 600 {
				return nil
			}
			for _, t := range []string{"upstream connect error or disconnect/reset before headers", "RBAC: access denied", "Jwt is missing", "Jwt is expired", "Jwt verification fails",
				"Jwt issuer is not configured", "Audiences in Jwt are not allowed", "no healthy upstream", "fault filter abort", "upstream request timeout", "local_rate_limited"} {
				if strings.HasPrefix(v.text, t) {
					h := &hit{}
					if via("1.1 google")(v) {
						h.product = "Google load balancer"
					}
					return h
				}
			}
			return nil
		},
	},
	{
		ID: "envoy-own", Matches: "server: envoy or istio-envoy without x-envoy-upstream-service-time",
		What: "server", Layer: LayerProxy, Strength: Likely, Product: "Envoy",
		Says:   "Envoy names itself, and says nothing of an upstream that it asked.",
		Source: "Envoy docs (x-envoy-upstream-service-time); published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return (v.server == "envoy" || v.server == "istio-envoy") && v.whole && !v.has("x-envoy-upstream-service-time") || (v.server == "envoy" || v.server == "istio-envoy") && !v.whole && v.failed() && v.text == "" && !v.has("x-envoy-upstream-service-time", "x-powered-by")
		}),
	},
	// Kong
	{
		ID: "kong-text", Matches: "Kong's own JSON: no Route matched…, No API key found…, and its siblings",
		What: "body: message", Layer: LayerProxy, Strength: Certain, Product: "Kong",
		Says:   "The sentence is one that the Kong gateway writes itself.",
		Source: "Kong/kong source (router and plugins)", Grade: Observed,
		match: func(v *view) *hit {
			if !v.failed() {
				return nil
			}
			m := v.str("message")
			switch {
			case strings.HasPrefix(m, "no Route matched with those values"), strings.HasPrefix(m, "No API key found in request"):
				return &hit{}
			case strings.Contains(strings.ToLower(v.header("www-authenticate")), `realm="kong"`):
				return &hit{what: "www-authenticate"}
			case m == "Invalid authentication credentials", m == "You cannot consume this service", m == "API rate limit exceeded", m == "An invalid response was received from the upstream server", m == "The upstream server is timing out", m == "failure to get a peer from the ring-balancer":
				h := &hit{}
				if !strings.HasPrefix(v.server, "kong/") && !v.has("x-kong-response-latency") {
					h.strength = Likely
				}
				return h
			}
			return nil
		},
	},
	{
		ID: "kong-own", Matches: "server: kong/… or x-kong-response-latency without x-kong-upstream-latency",
		What: "server, x-kong-response-latency", Layer: LayerProxy, Strength: Likely, Product: "Kong",
		Says:   "Kong answered without asking an upstream.",
		Source: "Kong docs (x-kong-* headers)", Grade: Documented,
		match: when(func(v *view) bool {
			return (strings.HasPrefix(v.server, "kong/") || v.has("x-kong-response-latency")) && !v.has("x-kong-upstream-latency")
		}),
	},
	// Identity proxies
	{
		ID: "oauth2-proxy", Matches: "redirect to /oauth2/start or /oauth2/sign_in, or the cookie _oauth2_proxy…",
		What: "location, set-cookie", Layer: LayerProxy, Strength: Likely, Product: "oauth2-proxy",
		Says:   "oauth2-proxy asks for a login before the app is asked.",
		Source: "oauth2-proxy docs (endpoints)", Grade: Documented,
		match: when(func(v *view) bool {
			return v.location != nil && (strings.HasPrefix(v.location.Path, "/oauth2/start") || strings.HasPrefix(v.location.Path, "/oauth2/sign_in")) ||
				(v.redirect() || v.failed()) && v.setsCookie("_oauth2_proxy") || v.failed() && v.contains(`action="/oauth2/start"`)
		}),
	},
	{
		ID: "pomerium", Matches: "redirect to /.pomerium/…, or x-pomerium-… headers on a refusal",
		What: "location", Layer: LayerProxy, Strength: Likely, Product: "Pomerium",
		Says:   "Pomerium asks for a login before the app is asked.",
		Source: "pomerium/pomerium #2176", Grade: Observed,
		match: when(func(v *view) bool {
			return v.location != nil && (strings.HasPrefix(v.location.Path, "/.pomerium/") || strings.Contains(v.location.RawQuery, "pomerium_")) ||
				v.failed() && v.has("x-pomerium-intercepted-response")
		}),
	},
	{
		ID: "authelia", Matches: "302 to a login page with ?rd= on another host, or the cookie authelia_session",
		What: "location, set-cookie", Layer: LayerProxy, Strength: Likely, Product: "Authelia",
		Says:   "Authelia asks for a login before the app is asked.",
		Source: "Authelia docs (redirection parameter rd)", Grade: Inferred,
		match: when(func(v *view) bool {
			return (v.redirect() || v.is(401) && v.status != 0) && (v.setsCookie("authelia_session=") || v.location != nil && v.location.Query().Has("rd") && v.url != nil && v.location.Host != v.url.Host)
		}),
	},
	{
		ID: "authentik", Matches: "redirect to an outpost path of authentik",
		What: "location", Layer: LayerProxy, Strength: Likely, Product: "authentik",
		Says:   "authentik's outpost asks for a login before the app is asked.",
		Source: "authentik docs (proxy provider)", Grade: Inferred,
		match: when(func(v *view) bool {
			return v.location != nil && strings.HasPrefix(v.location.Path, "/outpost.goauthentik.io/")
		}),
	},
}
