// The API below /api/ of the page's own host, on Express 4 or 5. For the
// browser it is the page's own origin: no CORS, no preflight, and the session
// cookie of Cloudflare Access for the page covers it.
//
//   fetch("/api/data")  ->  @{upstream}/data
//
// When the session has ended, Access answers with a redirect to its login,
// which a fetch() cannot follow. Send the header
// X-Requested-With: XMLHttpRequest to get a 401 instead, and reload the page.
//
// If the API's own host is behind Access too, this server is a stranger there:
// give it a service token.
//
// Needs: npm install express http-proxy-middleware
// Alone:       PORT=@{listen} node server.mjs   (serves the page from ./public)
// In your app: import api from "./server.mjs"; app.use(api);
// The middleware goes before body parsers, which would swallow the body.
import { realpathSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { createProxyMiddleware } from "http-proxy-middleware";

const UPSTREAM = "@{upstream}";
const UPSTREAM_PATH = "@{u.path}";
const PREFIX = "/api";

const proxy = createProxyMiddleware({
  target: UPSTREAM,
  pathFilter: (path) => path.startsWith(PREFIX + "/"),
  pathRewrite: (path) => path.slice(PREFIX.length),
  changeOrigin: true,
  xfwd: true,
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
      // The way for pages of other origins stays closed here.
      for (const name of Object.keys(incoming.headers)) {
        if (name.startsWith("access-control-")) delete incoming.headers[name];
      }
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

export default proxy;

async function serve() {
  const { default: express } = await import("express");
  const app = express();
  app.disable("x-powered-by");
  app.use(proxy);
  app.use(express.static("public"));
  const server = app.listen(process.env.PORT ?? @{listen});
  server.on("listening", () => console.log("listening on port", server.address().port));
  server.on("upgrade", proxy.upgrade);
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
