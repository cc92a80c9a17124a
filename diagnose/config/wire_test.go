package config_test

import (
	"strings"
	"testing"

	"corstui/diagnose/answer"
	"corstui/diagnose/config"
	"corstui/diagnose/exchange"
)

const rightNginx = `events {}
http {
    map $http_origin $allow {
        default "";
        "~^https://app\.example\.com$" "https://app.example.com";
    }
    server {
        add_header Access-Control-Allow-Origin $allow always;
        add_header Vary Origin always;
        location / {
            return 200;
        }
        location /files/ {
            add_header Access-Control-Allow-Origin "https://files.example.com";
            return 200;
        }
    }
}
`

func TestFileIsHeldAgainstTheWire(t *testing.T) {
	get := func(url string, status int, layer answer.Layer, headers ...exchange.Header) answer.Seen {
		return answer.Seen{
			Exchange: exchange.Exchange{
				ID: "e1", Request: exchange.Request{Method: "GET", URL: url, Headers: exchange.Headers{{Name: "Origin", Value: page}}},
				Response: &exchange.Response{Status: status, Headers: headers},
			},
			Answer: answer.Answer{Layer: layer},
		}
	}
	allow := exchange.Header{Name: "Access-Control-Allow-Origin", Value: page}
	vary := exchange.Header{Name: "Vary", Value: "Accept-Encoding, Origin"}
	tests := []struct {
		name, file, text string
		seen             answer.Seen
		want             []string // places, and a part of what is said there
	}{
		{"as the file says", "nginx.conf", rightNginx, get("https://api.example.com/x", 404, answer.LayerOrigin, allow, vary), nil},
		{"stripped", "nginx.conf", rightNginx, get("https://api.example.com/x", 200, answer.LayerOrigin, vary), []string{"nginx.conf:8:9 something between strips it"}},
		{"replaced", "nginx.conf", rightNginx, get("https://api.example.com/x", 200, answer.LayerOrigin, vary, exchange.Header{Name: "Access-Control-Allow-Origin", Value: "*"}), []string{"nginx.conf:8:9 the wire shows *: something between replaces it"}},
		{"twice", "nginx.conf", rightNginx, get("https://api.example.com/x", 200, answer.LayerOrigin, allow, allow, vary), []string{"nginx.conf:8:9 something between adds one more"}},
		{"Access answered", "nginx.conf", rightNginx, get("https://api.example.com/x", 401, answer.LayerAccess), []string{"nginx.conf:8:9 Cloudflare Access gave that answer", "nginx.conf:9:9 Cloudflare Access gave that answer"}},
		{"without always, on an error", "nginx.conf", rightNginx, get("https://api.example.com/files/x", 404, answer.LayerOrigin), nil},
		{
			"a Worker", "worker.mjs", `export default { async fetch(request) {
  return new Response("ok", { headers: { "Access-Control-Allow-Origin": "https://app.example.com" } });
} };`, get("https://api.example.com/x", 200, answer.LayerWorker), []string{"worker.mjs:2:42 This line would send Access-Control-Allow-Origin: https://app.example.com"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := config.Read(tt.file, []byte(tt.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Compare([]answer.Seen{tt.seen}, "e1")
			var got []config.Problem
			for _, p := range r.Problems {
				if p.ID == "wire-differs" {
					got = append(got, p)
				}
			}
			if len(got) != len(tt.want) {
				t.Fatalf("%d problems, want %d: %+v", len(got), len(tt.want), got)
			}
			for i, w := range tt.want {
				place, says, _ := strings.Cut(w, " ")
				if got[i].Position.String() != place || !strings.Contains(got[i].What, says) {
					t.Errorf("%s: %s", got[i].Position, got[i].What)
				}
			}
		})
	}
}
