package answer

import (
	"regexp"
	"slices"
	"strings"
)

// appServer is a value of the server header that app servers, web servers and
// storage send; a proxy that passes an answer on often keeps it.
type appServer struct {
	prefix  string // of the header's value, in lower case
	product string
}

// appServers: from the projects' own documentation and published answers.
var appServers = []appServer{
	{"gunicorn", "gunicorn"}, {"uvicorn", "Uvicorn"}, {"hypercorn", "Hypercorn"}, {"daphne", "Daphne"}, {"waitress", "Waitress"}, {"werkzeug", "Werkzeug"},
	{"wsgiserver", "WSGI server"}, {"simplehttp", "Python http.server"}, {"basehttp", "Python http.server"}, {"tornadoserver", "Tornado"}, {"cherrypy", "CherryPy"},
	{"python/", "Python"}, {"aiohttp", "aiohttp"}, {"granian", "Granian"},
	{"kestrel", "Kestrel"}, {"microsoft-iis", "IIS"}, {"microsoft-httpapi", "HTTP.sys"},
	{"jetty", "Jetty"}, {"apache-coyote", "Tomcat"}, {"undertow", "Undertow"}, {"wildfly", "WildFly"}, {"akka-http", "Akka HTTP"}, {"pekko-http", "Pekko HTTP"}, {"glassfish", "GlassFish"},
	{"puma", "Puma"}, {"thin", "Thin"}, {"webrick", "WEBrick"}, {"phusion passenger", "Passenger"}, {"unicorn", "Unicorn"}, {"mongrel", "Mongrel"},
	{"nginx", "nginx"}, {"openresty", "OpenResty"}, {"apache", "Apache"}, {"litespeed", "LiteSpeed"}, {"openlitespeed", "LiteSpeed"}, {"lighttpd", "lighttpd"},
	{"caddy", "Caddy"}, {"h2o", "H2O"}, {"tengine", "Tengine"}, {"cowboy", "Cowboy"}, {"warp", "Warp"}, {"rocket", "Rocket"}, {"hyper", "hyper"}, {"restify", "restify"},
	{"php", "PHP"}, {"deno/", "Deno"}, {"swoole", "Swoole"}, {"mojolicious", "Mojolicious"},
	{"amazons3", "Amazon S3"}, {"minio", "MinIO"}, {"uploadserver", "Google Cloud Storage"}, {"windows-azure-blob", "Azure Blob Storage"}, {"ceph", "Ceph"},
	{"github.com", "GitHub"}, {"google frontend", "Google Cloud app"}, {"gws", "Google"}, {"esf", "Google"}, {"squarespace", "Squarespace"}, {"wp engine", "WP Engine"},
}

var (
	xmlErrorRE   = regexp.MustCompile(`(?is)^(<\?xml[^>]*>\s*)?<error[^>]*>\s*<code>\s*(\w+)\s*</code>`)
	cannotTextRE = regexp.MustCompile(`^Cannot (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) /\S*$`)
	cannotRE     = regexp.MustCompile(`(?s)<pre>Cannot (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS|TRACE) [^<]*</pre>`)
	apacheSignRE = regexp.MustCompile(`(?is)<address>Apache(/[0-9.]+)?[^<]*Server at [^<]+ Port \d+</address>`)
	nginxSignRE  = regexp.MustCompile(`(?is)<center>(nginx|openresty)(/[0-9.]+)?</center>`)
)

// originRules name what stands at the end of the way: an app, its web server or
// its storage. Its server header alone is likely, since a Worker that passes an
// answer on keeps it; a text that one program alone writes is more.
var originRules = []Rule{
	{
		ID: "origin-starlette", Matches: "400 whose whole body starts with “Disallowed CORS ”",
		What: "body", Layer: LayerOrigin, Strength: Certain, Product: "Starlette (FastAPI)",
		Says:   "The text is that of the CORS middleware of Starlette, which FastAPI uses: the app refused the preflight.",
		Source: "encode/starlette source (middleware/cors); published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return v.is(400) && len(v.text) < 80 && strings.HasPrefix(v.text, "Disallowed CORS ")
		}),
	},
	{
		ID: "origin-spring-cors", Matches: "403 whose whole body is “Invalid CORS request”",
		What: "body", Layer: LayerOrigin, Strength: Certain, Product: "Spring",
		Says:   "“Invalid CORS request” is the text with which Spring's CORS handling refuses an origin, method or header.",
		Source: "spring-projects/spring-framework source (DefaultCorsProcessor)", Grade: Observed,
		match: when(func(v *view) bool { return v.is(403) && v.text == "Invalid CORS request" }),
	},
	{
		ID: "origin-storage-xml", Matches: "XML <Error><Code> of S3 or a storage like it",
		What: "body: <Error><Code>", Layer: LayerOrigin, Strength: Certain, Product: "object storage",
		Says:   "The XML error object is that of an object storage.",
		Source: "published answers; Amazon S3 API reference «Error responses»", Grade: Documented,
		match: func(v *view) *hit {
			if !v.failed() || !v.contains("<error") || !xmlErrorRE.MatchString(v.text) {
				return nil
			}
			switch {
			case v.server == "amazons3":
				return &hit{product: "Amazon S3"}
			case v.has("x-goog-hash", "x-guploader-uploadid") || v.server == "uploadserver":
				return &hit{product: "Google Cloud Storage"}
			case v.has("x-ms-request-id") || strings.HasPrefix(v.server, "windows-azure-blob"):
				return &hit{product: "Azure Blob Storage"}
			case v.server == "minio" || v.has("x-minio-deployment-id"):
				return &hit{product: "MinIO"}
			case v.has("x-amz-request-id", "x-amz-id-2"):
				return &hit{product: "object storage (S3 API)"}
			}
			return &hit{strength: Likely}
		},
	},
	{
		ID: "origin-b2", Matches: "JSON that names Backblaze's CORS rules",
		What: "body", Layer: LayerOrigin, Strength: Certain, Product: "Backblaze B2",
		Says:   "The text points at Backblaze's CORS rules: the bucket has none that fits.",
		Source: "published answers", Grade: Observed,
		match: when(func(v *view) bool {
			return v.failed() && v.str("code") != "" && strings.Contains(v.str("message"), "backblaze.com") && strings.Contains(v.str("message"), "CORS")
		}),
	},
	{
		ID: "origin-lambda", Matches: "JSON of a failed AWS Lambda function: errorMessage and errorType",
		What: "body: errorMessage, errorType", Layer: LayerOrigin, Strength: Likely, Product: "AWS Lambda",
		Says:   "The body is the error object of a Lambda function, which the gateway passed on.",
		Source: "AWS docs (Lambda function errors); a published answer", Grade: Documented,
		match: when(func(v *view) bool {
			return v.has("x-amzn-requestid", "x-amz-apigw-id") && strings.Contains(v.text, `"errorMessage"`) && (strings.Contains(v.text, `"errorType"`) || v.cut || !strings.HasSuffix(v.text, "}"))
		}),
	},
	{
		ID: "origin-express", Matches: "a page with <pre>Cannot METHOD /path</pre>, the same as text, or NestJS's JSON of it",
		What: "body", Layer: LayerOrigin, Strength: Likely, Product: "Express",
		Says:   "“Cannot " + "METHOD /path” is the default page of an Express app that has no such route.",
		Source: "pillarjs/finalhandler source; a development server in front may write the same", Grade: Observed,
		match: func(v *view) *hit {
			switch {
			case !v.failed() || len(v.text) > 2000:
				return nil
			case cannotRE.MatchString(v.body) || cannotTextRE.MatchString(v.text):
				return &hit{}
			case cannotTextRE.MatchString(v.str("message")) && v.num("statusCode") == v.status:
				return &hit{product: "NestJS"}
			}
			return nil
		},
	},
	{
		ID: "origin-fastapi", Matches: "JSON {\"detail\":\"Not Found\"} or the like alone",
		What: "body: detail", Layer: LayerOrigin, Strength: Likely, Product: "FastAPI",
		Says:   "A JSON object with “detail” alone is the default error of FastAPI and of Django REST framework.",
		Source: "encode/starlette and encode/django-rest-framework source", Grade: Observed,
		match: func(v *view) *hit {
			d := v.str("detail")
			switch {
			case len(v.obj) != 1 || !slices.Contains([]string{"Not Found", "Method Not Allowed", "Not authenticated", "Not found.", "Authentication credentials were not provided."}, d):
				return nil
			case strings.HasSuffix(d, "."):
				return &hit{product: "Django REST framework"}
			}
			return &hit{}
		},
	},
	{
		ID: "origin-spring", Matches: "JSON with timestamp, status, error and path, and no requestId",
		What: "body: timestamp, status, error, path", Layer: LayerOrigin, Strength: Likely, Product: "Spring Boot",
		Says:   "The JSON object is Spring Boot's default error.",
		Source: "spring-projects/spring-boot source (DefaultErrorAttributes)", Grade: Observed,
		match: when(func(v *view) bool {
			_, timestamp := v.obj["timestamp"]
			_, gateway := v.obj["requestId"]
			return timestamp && !gateway && v.num("status") == v.status && v.str("error") != "" && v.str("path") != ""
		}),
	},
	{
		ID: "origin-framework-page", Matches: "the default error page of one framework (Symfony, Laravel, Django, Rails, Tomcat, IIS, Apache)",
		What: "body", Layer: LayerOrigin, Strength: Likely,
		Says:   "The page is the default error page of a web framework or web server.",
		Source: "the projects' own templates", Grade: Observed,
		match: func(v *view) *hit {
			if !v.failed() {
				return nil
			}
			for _, row := range []struct {
				product string
				yes     bool
			}{
				{"Symfony", strings.HasPrefix(v.title, "An Error Occurred: ")},
				{"Django", v.contains("You're seeing this error because you have <code>DEBUG = True</code>")},
				{"Laravel", v.contains("Laravel") && v.setsCookie("laravel_session=")},
				{"Rails", v.contains("If you are the application owner check the logs for more information.")},
				{"Tomcat", strings.HasPrefix(v.title, "HTTP Status ") && v.contains("Apache Tomcat")},
				{"IIS", v.contains("<h2>404 - File or directory not found.</h2>") || v.contains("<h2>403 - Forbidden: Access is denied.</h2>")},
				{"Apache", v.find(apacheSignRE, "<address>apache") != nil},
				{"Werkzeug (Flask)", v.contains("The requested URL was not found on the server. If you entered the URL manually please check your spelling and try again.")},
				{"API Platform", v.str("@type") == "hydra:Error"},
			} {
				if row.yes {
					return &hit{product: row.product, says: "The page is the default error page of " + row.product + "."}
				}
			}
			return nil
		},
	},
	{
		ID: "origin-nginx-page", Matches: "a short page signed nginx or openresty, other than 502, 503 and 504",
		What: "body: signature", Layer: LayerOrigin, Strength: Likely, Product: "nginx",
		Says:   "The short page is signed by nginx as web server.",
		Source: "published answers; nginx source", Grade: Observed,
		match: func(v *view) *hit {
			if m := v.find(nginxSignRE, "<center>"); m != nil && len(v.text) < 3000 && v.status != 502 && v.status != 503 && v.status != 504 {
				return &hit{product: productOf(m[1])}
			}
			return nil
		},
	},
	{
		ID: "origin-server", Matches: "server names an app server, web server or storage",
		What: "server", Layer: LayerOrigin, Strength: Likely,
		Says:   "server names an app server, a web server or a storage.",
		Source: "the projects' own documentation; published answers", Grade: Observed,
		match: func(v *view) *hit {
			for _, s := range appServers {
				if strings.HasPrefix(v.server, s.prefix) {
					return &hit{product: s.product, says: "server: " + show(v.header("server")) + " names " + s.product + "; a proxy that answered by itself would name itself."}
				}
			}
			return nil
		},
	},
	{
		ID: "origin-powered-by", Matches: "x-powered-by or another header that an app's platform writes, and Cloudflare's cache was passed or Cloudflare is not there",
		What: "x-powered-by", Layer: LayerOrigin, Strength: Likely,
		Says:   "The answer carries headers that an app's platform writes.",
		Source: "the projects' own documentation", Grade: Observed, faint: true,
		match: func(v *view) *hit {
			p := strings.ToLower(v.header("x-powered-by"))
			switch {
			case v.noCCS:
				return nil // a Worker may run the same framework
			case v.has("x-aspnet-version", "x-aspnetmvc-version"):
				return &hit{product: "ASP.NET", what: "x-aspnet-version"}
			case strings.HasPrefix(p, "php/"):
				return &hit{product: "PHP"}
			case strings.HasPrefix(p, "asp.net"):
				return &hit{product: "ASP.NET"}
			case strings.HasPrefix(p, "servlet"), strings.HasPrefix(p, "undertow"), strings.HasPrefix(p, "jsp"):
				return &hit{product: "Java servlet container"}
			case strings.HasPrefix(p, "phusion passenger"):
				return &hit{product: "Passenger"}
			}
			return nil
		},
	},
}

func productOf(signature string) string {
	if strings.EqualFold(signature, "openresty") {
		return "OpenResty"
	}
	return strings.ToLower(signature)
}
