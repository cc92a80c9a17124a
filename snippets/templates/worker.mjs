//@if jwt
// The CORS policy of an API on Cloudflare Workers, and the token of
// Cloudflare Access checked before the API is reached.
// Needs: npm install jose (wrangler bundles it).
//@else
//@if token
// The CORS policy of an API on Cloudflare Workers, and a service token of
// Cloudflare Access added to each request to the API.
//@else
// The CORS policy of an API on Cloudflare Workers.
//@end
//@end
//
// Cloudflare's WAF and Access run before a Worker: what they answer themselves
// never comes through here. Let preflights pass them first.
//@if insecure
//
// Warning: @{insecure} is not encrypted. Whoever sits between that
// page and its user can act in the user's name.
//@end
//@if token
//
// Whoever reaches this Worker reaches the API with the rights of the token:
// CORS keeps other pages out, not other programs. Protect the Worker's route.
//@if cleartext
// Warning: the token travels to the API unencrypted.
//@end
//@end
//@if jwt
import { createRemoteJWKSet, jwtVerify } from "jose";
//@end

//@if !any
const ALLOW_ORIGINS = new Set([
@{origins.js}
]);
//@end
//@if upstream
const UPSTREAM = "@{upstream}";
//@end
//@if jwt
const TEAM = "https://@{team}";
const AUD = "@{aud}";
const KEYS = createRemoteJWKSet(new URL(TEAM + "/cdn-cgi/access/certs"));
//@end

export default {
  async fetch(request, env) {
    const origin = request.headers.get("Origin");
    if (isPreflight(request)) {
      const response = new Response(null, { status: 204 });
      setPolicy(response.headers, origin, true);
      return response;
    }
    let response;
    try {
      response = await handle(request, env);
      // A WebSocket's 101 must be returned as it is.
      if (response.status === 101) return response;
      // The headers of a fetched response are immutable; those of a copy are not.
      response = new Response(response.body, response);
    } catch (error) {
      // Uncaught, this would be Cloudflare's page 1101, without CORS headers.
      console.error(error);
      response = new Response("Bad Gateway\n", { status: 502 });
    }
    setPolicy(response.headers, origin, false);
    return response;
  },
};

async function handle(request, env) {
//@if jwt
  const refusal = await checkAccess(request);
  if (refusal) return refusal;
//@end
//@if upstream
  const url = new URL(request.url);
  const forwarded = new Request(UPSTREAM + url.pathname + url.search, request);
  forwarded.headers.set("X-Forwarded-Host", url.host);
  forwarded.headers.set("X-Forwarded-Proto", url.protocol.slice(0, -1));
//@if token
  if (!env.CF_ACCESS_CLIENT_ID || !env.CF_ACCESS_CLIENT_SECRET) {
    throw new Error("the secrets CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET are not set");
  }
  forwarded.headers.set("CF-Access-Client-Id", env.CF_ACCESS_CLIENT_ID);
  forwarded.headers.set("CF-Access-Client-Secret", env.CF_ACCESS_CLIENT_SECRET);
//@end
  return fetch(forwarded, { redirect: "manual" });
//@else
  // On a route, this is the origin server of the zone.
  return fetch(request, { redirect: "manual" });
//@end
}

// A preflight asks for permission. Any other OPTIONS is the API's own.
function isPreflight(request) {
  return (
    request.method === "OPTIONS" &&
    request.headers.has("Origin") &&
    request.headers.has("Access-Control-Request-Method")
  );
}

function setPolicy(headers, origin, preflight) {
  for (const name of [...headers.keys()]) {
    if (name.startsWith("access-control-")) headers.delete(name);
  }
//@if any
  headers.set("Access-Control-Allow-Origin", "*");
//@else
  // The answer depends on the header Origin, whoever asks.
  const vary = (headers.get("Vary") ?? "").split(",").map((v) => v.trim()).filter(Boolean);
  if (!vary.some((v) => v === "*" || v.toLowerCase() === "origin")) {
    headers.set("Vary", [...vary, "Origin"].join(", "));
  }
  if (!ALLOW_ORIGINS.has(origin)) return;
  headers.set("Access-Control-Allow-Origin", origin);
//@end
//@if credentials
  headers.set("Access-Control-Allow-Credentials", "true");
//@end
//@if preflighted
  if (preflight) {
//@if methods
    headers.set("Access-Control-Allow-Methods", "@{methods}");
//@end
//@if headers
    headers.set("Access-Control-Allow-Headers", "@{headers}");
//@end
//@if maxage
    headers.set("Access-Control-Max-Age", "@{maxage}");
//@end
//@if expose
  } else {
    headers.set("Access-Control-Expose-Headers", "@{expose}");
//@end
  }
//@else
//@if expose
  if (!preflight) {
    headers.set("Access-Control-Expose-Headers", "@{expose}");
  }
//@end
//@end
}
//@if jwt

// checkAccess returns the answer to a request without a good token.
async function checkAccess(request) {
  const token =
    request.headers.get("Cf-Access-Jwt-Assertion") ?? cookie(request, "CF_Authorization");
  if (!token) return refuse(401, "no token of Cloudflare Access");
  try {
    const { payload } = await jwtVerify(token, KEYS, {
      issuer: TEAM,
      audience: AUD,
      algorithms: ["RS256"],
      requiredClaims: ["exp"],
      clockTolerance: 5,
    });
    if (payload.type === "app") return null;
    return refuse(401, "not a token of an application");
  } catch (error) {
    if (isTokenFault(error)) return refuse(401, "the token of Cloudflare Access is not valid");
    console.error(error);
    return refuse(503, "the keys of Cloudflare Access cannot be had");
  }
}

// The token is at fault, not the way to the keys.
function isTokenFault(error) {
  return /^ERR_(JWT_|JWS_|JWKS_NO_MATCHING_KEY|JOSE_ALG|JOSE_NOT)/.test(error?.code ?? "");
}

function refuse(status, error) {
  return Response.json({ error }, { status, headers: { "Cache-Control": "no-store" } });
}

function cookie(request, name) {
  for (const pair of (request.headers.get("Cookie") ?? "").split(";")) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) return value.join("=");
  }
  return undefined;
}
//@end
