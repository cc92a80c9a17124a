//@if jwt
// The CORS policy of an API on Express 4 or 5, and the token of Cloudflare
// Access checked behind it.
//@else
//@if token
// The CORS policy of an API on Express 4 or 5, and a service token of
// Cloudflare Access added to each request to the API.
//@else
// The CORS policy of an API on Express 4 or 5.
//@end
//@end
//
//@if upstream
// Needs: npm install express on-headers vary http-proxy-middleware@{deps}
//@else
// Needs: npm install express on-headers vary@{deps}
//@end
// Alone:       PORT=@{listen} node server.mjs
//@if token
// In your app: import policy from "./server.mjs"; app.use(policy); is the CORS
// policy alone, and goes first, before authentication and body parsers.
//@else
// In your app: import policy from "./server.mjs"; app.use(policy);
// The middleware goes first, before authentication and body parsers.
//@end
//@if insecure
//
// Warning: @{insecure} is not encrypted. Whoever sits between that
// page and its user can act in the user's name.
//@end
//@if token
//
// Whoever reaches this server reaches the API with the rights of the token:
// CORS keeps other pages out, not other programs.
//@if cleartext
// Warning: the token travels to the API unencrypted.
//@end
//@end
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import onHeaders from "on-headers";
//@if !any
import vary from "vary";
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
const UPSTREAM_PATH = "@{u.path}";
//@end
//@if jwt
const TEAM = "https://@{team}";
const AUD = "@{aud}";
const KEYS = createRemoteJWKSet(new URL(TEAM + "/cdn-cgi/access/certs"));
//@end

//@if jwt
export default async function policy(req, res, next) {
//@else
export default function policy(req, res, next) {
//@end
  const preflight = isPreflight(req);
  // At the last moment, so that error handlers, proxies and handlers that set
  // Vary themselves cannot undo it.
  onHeaders(res, () => setPolicy(res, req.headers.origin, preflight));
  if (preflight) {
    res.statusCode = 204;
    res.end();
    return;
  }
//@if jwt
  const { claims, status, error } = await checkAccess(req);
  if (!claims) {
    res.statusCode = status;
    res.setHeader("Content-Type", "application/json");
    res.setHeader("Cache-Control", "no-store");
    res.end(JSON.stringify({ error }));
    return;
  }
  req.access = claims;
//@end
  next();
}

// A preflight asks for permission. Any other OPTIONS is the app's own.
function isPreflight(req) {
  return (
    req.method === "OPTIONS" &&
    req.headers.origin !== undefined &&
    req.headers["access-control-request-method"] !== undefined
  );
}

function setPolicy(res, origin, preflight) {
  for (const name of res.getHeaderNames()) {
    if (name.startsWith("access-control-")) res.removeHeader(name);
  }
//@if any
  res.setHeader("Access-Control-Allow-Origin", "*");
//@else
  // The answer depends on the header Origin, whoever asks.
  vary(res, "Origin");
  if (!ALLOW_ORIGINS.has(origin)) return;
  res.setHeader("Access-Control-Allow-Origin", origin);
//@end
//@if credentials
  res.setHeader("Access-Control-Allow-Credentials", "true");
//@end
//@if preflighted
  if (preflight) {
//@if methods
    res.setHeader("Access-Control-Allow-Methods", "@{methods}");
//@end
//@if headers
    res.setHeader("Access-Control-Allow-Headers", "@{headers}");
//@end
//@if maxage
    res.setHeader("Access-Control-Max-Age", "@{maxage}");
//@end
//@if expose
  } else {
    res.setHeader("Access-Control-Expose-Headers", "@{expose}");
//@end
  }
//@else
//@if expose
  if (!preflight) {
    res.setHeader("Access-Control-Expose-Headers", "@{expose}");
  }
//@end
//@end
}
//@if jwt

// checkAccess returns the claims of a good token, or the answer to a bad one.
async function checkAccess(req) {
  const token = req.headers["cf-access-jwt-assertion"] ?? cookie(req, "CF_Authorization");
  if (!token) return { status: 401, error: "no token of Cloudflare Access" };
  try {
    const { payload } = await jwtVerify(token, KEYS, {
      issuer: TEAM,
      audience: AUD,
      algorithms: ["RS256"],
      requiredClaims: ["exp"],
      clockTolerance: 5,
    });
    if (payload.type === "app") return { claims: payload };
    return { status: 401, error: "not a token of an application" };
  } catch (error) {
    if (isTokenFault(error)) {
      return { status: 401, error: "the token of Cloudflare Access is not valid" };
    }
    console.error(error);
    return { status: 503, error: "the keys of Cloudflare Access cannot be had" };
  }
}

// The token is at fault, not the way to the keys.
function isTokenFault(error) {
  return /^ERR_(JWT_|JWS_|JWKS_NO_MATCHING_KEY|JOSE_ALG|JOSE_NOT)/.test(error?.code ?? "");
}

function cookie(req, name) {
  for (const pair of (req.headers.cookie ?? "").split(";")) {
    const [key, ...value] = pair.trim().split("=");
    if (key === name) return value.join("=");
  }
  return undefined;
}
//@end

async function serve() {
  const { default: express } = await import("express");
  const app = express();
  app.disable("x-powered-by");
  app.use(policy);
//@if upstream
  const { createProxyMiddleware } = await import("http-proxy-middleware");
//@if token
  const id = process.env.CF_ACCESS_CLIENT_ID;
  const secret = process.env.CF_ACCESS_CLIENT_SECRET;
  if (!id || !secret) {
    console.error("CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET must be set");
    process.exit(1);
  }
//@end
  const proxy = createProxyMiddleware({
    target: UPSTREAM,
    changeOrigin: true,
    xfwd: true,
//@if token
    headers: { "cf-access-client-id": id, "cf-access-client-secret": secret },
//@end
    on: {
      proxyReq(outgoing, req, res) {
        // The library has its own ideas of joining paths.
        if (req.url.startsWith("/")) outgoing.path = UPSTREAM_PATH + req.url;
        // Nor does it end one side when the other has gone.
        res.on("close", () => outgoing.destroy());
      },
      proxyRes(incoming, req, res) {
        incoming.on("close", () => {
          if (!incoming.complete) res.destroy();
        });
      },
      error(error, req, res) {
        console.error(error);
        // A WebSocket's socket, or a response that has begun, can only end.
        if (res.writeHead === undefined || res.headersSent) {
          res.destroy();
          return;
        }
        res.statusCode = 502;
        res.setHeader("Content-Type", "text/plain");
        res.end("Bad Gateway\n");
      },
    },
  });
  app.use(proxy);
//@else
  app.get("/", (req, res) => {
    res.json({ ok: true });
  });
//@end
  const server = app.listen(process.env.PORT ?? @{listen});
  server.on("listening", () => console.log("listening on port", server.address().port));
//@if upstream
//@if jwt
  // An upgrade does not pass the middleware: the token is checked here as well.
  server.on("upgrade", async (req, socket, head) => {
    socket.on("error", () => socket.destroy());
    const { claims, status } = await checkAccess(req);
    if (claims) {
      proxy.upgrade(req, socket, head);
    } else {
      socket.end(`HTTP/1.1 ${status} Refused\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    }
  });
//@else
  // CORS does not guard WebSockets: the API must look at their Origin itself.
  server.on("upgrade", proxy.upgrade);
//@end
//@end
}

// Whether this file was started, and not imported.
function isMain() {
  if (!process.argv[1]) return false;
  try {
    return import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href;
  } catch {
    return false;
  }
}

if (isMain()) await serve();
