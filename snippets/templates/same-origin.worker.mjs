// The API below /api/ of the page's own host, on Cloudflare Workers. For the
// browser it is the page's own origin: no CORS, no preflight, and the session
// cookie of Cloudflare Access for the page covers it.
//
//   fetch("/api/data")  ->  @{upstream}/data
//
// When the session has ended, Access answers with a redirect to its login,
// which a fetch() cannot follow. Send the header
// X-Requested-With: XMLHttpRequest to get a 401 instead, and reload the page.
//
// If the API's own host is behind Access too, this Worker is a stranger there:
// give it a service token.
const UPSTREAM = "@{upstream}";
const PREFIX = "/api";

export default {
  async fetch(request) {
    const url = new URL(request.url);
    // The rest of the page's host, if the route covers it.
    if (!url.pathname.startsWith(PREFIX + "/")) return fetch(request, { redirect: "manual" });
    const forwarded = new Request(UPSTREAM + url.pathname.slice(PREFIX.length) + url.search, request);
    forwarded.headers.set("X-Forwarded-Host", url.host);
    forwarded.headers.set("X-Forwarded-Proto", url.protocol.slice(0, -1));
    let response;
    try {
      response = await fetch(forwarded, { redirect: "manual" });
    } catch (error) {
      console.error(error);
      return new Response("Bad Gateway\n", { status: 502 });
    }
    // A WebSocket's 101 must be returned as it is.
    if (response.status === 101) return response;
    response = new Response(response.body, response);
    // The way for pages of other origins stays closed here.
    for (const name of [...response.headers.keys()]) {
      if (name.startsWith("access-control-")) response.headers.delete(name);
    }
    return response;
  },
};
