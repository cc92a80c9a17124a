package finding

// Ways of seeing a finding with one's own eyes that several share.
const (
	seePreflight = "In the browser's network tab pick the OPTIONS line (Chrome hides it unless \"Preflight\" or \"Other\" is shown) and read its status and response headers. By hand: curl -i -X OPTIONS URL -H 'Origin: PAGE' -H 'Access-Control-Request-Method: METHOD'."
	seeAnswer    = "In the browser's network tab pick the failed line and read its response headers. By hand: curl -i URL -H 'Origin: PAGE', and look for Access-Control-Allow-Origin."
	seeAccess    = "In the network tab the answer has a Location at …cloudflareaccess.com, or the headers cf-access-aud and cf-access-domain, or a page titled Cloudflare Access. Open the API's URL in a tab: do you get a login?"
	seeCookie    = "In the network tab, the request's Cookies list shows which cookies were held back and why (Chrome: \"show filtered out request cookies\")."
	seeRay       = "The answer has cf-ray: its value is the Ray ID under which the event can be looked up. The page is Cloudflare's, not the API's."
	seeRedirect  = "In the network tab the line has a status of 301 to 308 and a Location. By hand: curl -i URL, without -L."
	seeProbe     = "By hand: curl -i URL -H 'Origin: https://made-up.example', and compare Access-Control-Allow-Origin with what you sent."
	seeVary      = "By hand: the same curl with and without -H 'Origin: PAGE'; compare Access-Control-Allow-Origin and Vary."
	seeNetwork   = "Open the API's URL in a tab: the browser shows its own error page. The console says net::ERR_…, and not \"blocked by CORS policy\"."
	seeConsole   = "The console shows the browser's own sentence, and the network tab has no line, or one without a response."
	seeScript    = "In the console: (await fetch(URL)).headers.get('NAME') gives null, while the network tab shows the header."
)
