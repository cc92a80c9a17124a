package snippets

import "strings"

// scriptDropIn makes a Worker wrapper or an Express middleware of the complete
// file of a recipe, which is tested as a whole.
func scriptDropIn(r Recipe, t Target, o DropInOptions) DropIn {
	if t == TargetWorker {
		return workerDropIn(r, o.Options)
	}
	return expressDropIn(r, o)
}

func workerDropIn(r Recipe, o Options) DropIn {
	name := map[Recipe]string{RecipeCORS: "withCORS", RecipeJWT: "withAccess", RecipeServiceToken: "withServiceToken", RecipeSameOrigin: "withAPI"}[r]
	file := map[Recipe]string{RecipeCORS: "cors.mjs", RecipeJWT: "access.mjs", RecipeServiceToken: "service-token.mjs", RecipeSameOrigin: "same-origin.mjs"}[r]
	text := runtimeFiles(r, TargetWorker, o)[0].Content
	var b strings.Builder
	b.WriteString("// " + Mark + string(r) + " for Cloudflare Workers.\n//\n")
	b.WriteString("// import { " + name + " } from \"./" + file + "\";\n// export default " + name + "(handler);\n")
	b.WriteString(insecureNote(o.Policy) + "\n")
	if r == RecipeSameOrigin {
		b.WriteString(between(text, "const UPSTREAM", "export default"))
		body := between(text, "    const url = new URL(request.url);", "  },\n};")
		body = strings.Replace(body, "return fetch(request, { redirect: \"manual\" });", "return handler.fetch(request, env, ctx);", 1)
		b.WriteString("export function withAPI(handler) {\n  return {\n    ...handler,\n    async fetch(request, env, ctx) {\n" + shifted(body, "  ") + "    },\n  };\n}\n")
	} else {
		if r == RecipeJWT {
			b.WriteString("import { createRemoteJWKSet, jwtVerify } from \"jose\";\n\n")
		}
		if !o.Policy.anyOrigin() {
			b.WriteString(between(text, "const ALLOW_ORIGINS", "]);\n") + "]);\n")
		}
		if r == RecipeJWT {
			b.WriteString(between(text, "const TEAM", "\nexport default"))
		}
		body := between(text, "    const origin = request.headers.get(\"Origin\");", "  },\n};")
		body = strings.Replace(body, "await handle(request, env)", map[Recipe]string{
			RecipeCORS:         "await handler.fetch(request, env, ctx)",
			RecipeJWT:          "(await checkAccess(request)) ?? (await handler.fetch(request, env, ctx))",
			RecipeServiceToken: "await handler.fetch(withToken(request, env), env, ctx)",
		}[r], 1)
		body = strings.Replace(body, "Bad Gateway\\n\", { status: 502 }", "Internal Server Error\\n\", { status: 500 }", 1)
		b.WriteString("\n// " + name + " answers preflights, and puts the policy on every other response of a\n// module's fetch handler, thrown errors included.\n")
		b.WriteString("export function " + name + "(handler) {\n  return {\n    ...handler,\n    async fetch(request, env, ctx) {\n" + shifted(body, "  ") + "    },\n  };\n}\n\n")
		if r == RecipeServiceToken {
			b.WriteString(workerToken)
		}
		b.WriteString(text[strings.Index(text, "// A preflight asks for permission."):])
	}
	return DropIn{
		Files: []File{{Name: file, Lang: "javascript", Content: b.String()}},
		Uses: []Use{
			{"import { " + name + " } from \"./" + file + "\";", "at the top"},
			{"export default " + name + "(handler);", "in place of export default handler"},
		},
	}
}

// workerToken puts the service token on the request that the handler passes on.
const workerToken = `// withToken replaces what the client sent with the service token.
function withToken(request, env) {
  if (!env.CF_ACCESS_CLIENT_ID || !env.CF_ACCESS_CLIENT_SECRET) {
    throw new Error("the secrets CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET are not set");
  }
  const forwarded = new Request(request);
  forwarded.headers.set("CF-Access-Client-Id", env.CF_ACCESS_CLIENT_ID);
  forwarded.headers.set("CF-Access-Client-Secret", env.CF_ACCESS_CLIENT_SECRET);
  return forwarded;
}

`

func insecureNote(p Policy) string {
	if in := insecureOrigins(p); len(in) > 0 {
		return "//\n// Warning: " + strings.Join(in, ", ") + " is not encrypted. Whoever sits between that\n// page and its user can act in the user's name.\n"
	}
	return ""
}

// shifted puts white space before each line that is not empty.
func shifted(text, indent string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			b.WriteString(indent)
		}
		b.WriteString(line)
	}
	return b.String()
}

func expressDropIn(r Recipe, o DropInOptions) DropIn {
	name := map[Recipe]string{RecipeCORS: "cors", RecipeJWT: "access", RecipeServiceToken: "service-token", RecipeSameOrigin: "same-origin"}[r]
	variable := map[Recipe]string{RecipeCORS: "corsPolicy", RecipeJWT: "accessPolicy", RecipeServiceToken: "tokenPolicy", RecipeSameOrigin: "api"}[r]
	file := "./" + name + ".mjs"
	load := "import " + variable + " from \"" + file + "\";"
	if o.CommonJS {
		file = "./" + name + ".cjs"
		load = "const " + variable + " = require(\"" + file + "\");"
	}
	text := runtimeFiles(r, TargetExpress, o.Options)[0].Content
	var b strings.Builder
	b.WriteString("// " + Mark + string(r) + " for Express 4 and 5.\n//\n// " + load + "\n")
	b.WriteString("// app.use(" + variable + ");  first, before authentication and body parsers\n" + insecureNote(o.Policy) + "\n")
	if r == RecipeSameOrigin {
		body := between(text, "import { createProxyMiddleware }", "async function serve()")
		if o.CommonJS {
			body = strings.Replace(body, "import { createProxyMiddleware } from \"http-proxy-middleware\";", "const { createProxyMiddleware } = require(\"http-proxy-middleware\");", 1)
			body = strings.Replace(body, "export default proxy;", "module.exports = proxy;", 1)
		}
		b.WriteString(strings.TrimRight(body, "\n") + "\n")
	} else {
		b.WriteString(expressPolicy(r, o, text))
	}
	return DropIn{
		Files: []File{{Name: strings.TrimPrefix(file, "./"), Lang: "javascript", Content: b.String()}},
		Uses:  []Use{{load, "at the top"}, {"app.use(" + variable + ");", "directly after the app is made, before anything else that it uses"}},
	}
}

// expressPolicy is the middleware of the complete file, with the two small
// packages that it uses written out, so that nothing is to be installed.
func expressPolicy(r Recipe, o DropInOptions, text string) string {
	var b strings.Builder
	if r == RecipeJWT {
		if o.CommonJS {
			// jose is an ES module alone, from its version 6 on.
			b.WriteString("const jose = import(\"jose\");\n\n")
		} else {
			b.WriteString("import { createRemoteJWKSet, jwtVerify } from \"jose\";\n\n")
		}
	}
	if !o.Policy.anyOrigin() {
		b.WriteString(between(text, "const ALLOW_ORIGINS", "]);\n") + "]);\n")
	}
	body := between(text, "export default ", "async function serve()")
	if r == RecipeJWT {
		consts := between(text, "const TEAM", "\nexport default")
		if o.CommonJS {
			consts = strings.Replace(consts, "const KEYS = createRemoteJWKSet(new URL(TEAM + \"/cdn-cgi/access/certs\"));", "let KEYS;", 1)
			body = strings.Replace(body, "  try {\n    const { payload }", "  try {\n    const { createRemoteJWKSet, jwtVerify } = await jose;\n    KEYS ??= createRemoteJWKSet(new URL(TEAM + \"/cdn-cgi/access/certs\"));\n    const { payload }", 1)
		}
		b.WriteString(consts)
	}
	if o.CommonJS {
		body = strings.Replace(body, "export default ", "module.exports = ", 1)
	}
	if r == RecipeServiceToken {
		body = strings.Replace(body, "  next();\n", expressToken+"  next();\n", 1)
	}
	b.WriteString("\n" + strings.TrimRight(body, "\n") + "\n" + expressOnHeaders)
	if !o.Policy.anyOrigin() {
		b.WriteString(expressVary)
	}
	return b.String()
}

const expressToken = `  const id = process.env.CF_ACCESS_CLIENT_ID;
  const secret = process.env.CF_ACCESS_CLIENT_SECRET;
  if (!id || !secret) {
    next(new Error("CF_ACCESS_CLIENT_ID and CF_ACCESS_CLIENT_SECRET must be set"));
    return;
  }
  // For the proxy behind this, in place of what the client sent.
  req.headers["cf-access-client-id"] = id;
  req.headers["cf-access-client-secret"] = secret;
`

const expressOnHeaders = `
// onHeaders calls a function at the last moment, just before the headers go.
function onHeaders(res, listener) {
  const writeHead = res.writeHead;
  let done = false;
  res.writeHead = function (status, ...rest) {
    if (done) return writeHead.call(this, status, ...rest);
    done = true;
    for (const headers of rest) {
      if (headers && typeof headers === "object") setAll(this, headers);
    }
    this.statusCode = status;
    listener();
    return writeHead.call(this, this.statusCode, ...rest.filter((part) => typeof part === "string"));
  };
}

// setAll sets headers in the forms that writeHead() takes: an object, a list of
// pairs, or a flat list of names and values.
function setAll(res, headers) {
  if (!Array.isArray(headers)) {
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined) res.setHeader(name, value);
    }
    return;
  }
  const pairs = Array.isArray(headers[0]) ? headers : [];
  if (pairs.length === 0) {
    for (let i = 0; i + 1 < headers.length; i += 2) pairs.push([headers[i], headers[i + 1]]);
  }
  for (const [name] of pairs) res.removeHeader(name);
  for (const [name, value] of pairs) res.appendHeader(name, value);
}
`

const expressVary = `
// vary adds a name to Vary, and keeps what is there.
function vary(res, name) {
  const names = [res.getHeader("Vary") ?? []].flat().join(",").split(",").map((v) => v.trim()).filter(Boolean);
  if (names.some((v) => v === "*" || v.toLowerCase() === name.toLowerCase())) return;
  res.setHeader("Vary", [...names, name].join(", "));
}
`
