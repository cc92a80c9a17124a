package trial_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"corstui/diagnose"
	"corstui/diagnose/answer"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
	"corstui/diagnose/trial"
	"corstui/snippets"
)

// start puts a proxy in front of a server that answers by the handler.
func start(t *testing.T, h http.HandlerFunc, p snippets.Policy) *trial.Proxy {
	t.Helper()
	server := httptest.NewTLSServer(h)
	t.Cleanup(server.Close)
	proxy, err := trial.Start(context.Background(), trial.Options{
		Target: "https://api.example.com/v1", Policy: p,
		Network: probe.Network{ConnectTo: []string{"::" + strings.TrimPrefix(server.URL, "https://")}, Insecure: true},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = proxy.Close() })
	return proxy
}

var policy = snippets.Policy{
	AllowOrigins: []string{"https://app.example.com"}, AllowMethods: []string{"PUT"}, AllowHeaders: []string{"Authorization"},
	ExposeHeaders: []string{"ETag"}, Credentials: true,
}

func ask(t *testing.T, method, url, host string, headers ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if host != "" {
		r.Host = host
	}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Add(headers[i], headers[i+1])
	}
	c := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}
	defer c.CloseIdleConnections()
	resp, err := c.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body)
	return resp, string(b)
}

func TestTheCaseIsAllowedThroughTheProxy(t *testing.T) {
	app := func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodOptions {
			http.Error(w, "no", http.StatusUnauthorized)
			return
		}
		w.Header().Set("Access-Control-Allow-Origin", "https://old.example.com")
		w.Header().Set("Vary", "Accept-Encoding")
		w.WriteHeader(http.StatusNotFound)
	}
	proxy := start(t, app, policy)
	c := exchange.Case{
		URL: "https://api.example.com/v1/items", Origin: "https://app.example.com", Credentials: exchange.CredentialsInclude,
		Headers: exchange.Headers{{Name: "Authorization", Value: "Bearer x"}},
	}
	r, err := diagnose.Run(context.Background(), c, diagnose.Options{Network: proxy.Network(), VerdictOnly: true}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !r.Verdict.Allowed {
		t.Fatalf("%s\n%+v", r.Headline, r.Verdict)
	}
	last := r.Exchanges[len(r.Exchanges)-1].Response
	if got := last.Headers.Values("Access-Control-Allow-Origin"); len(got) != 1 || got[0] != "https://app.example.com" {
		t.Errorf("Access-Control-Allow-Origin: %q", got)
	}
	if vary := last.Headers.Value("Vary"); !strings.Contains(vary, "Accept-Encoding") || !strings.Contains(vary, "Origin") {
		t.Errorf("Vary: %q", vary)
	}
	if last.Status != http.StatusNotFound {
		t.Errorf("status %d", last.Status)
	}
}

func TestAnswersOfAccessPassAsTheyAre(t *testing.T) {
	access := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "cloudflare")
		w.Header().Set("Cf-Ray", "91a0e8235d5f6836-NRT")
		w.Header().Set("Location", "https://team.cloudflareaccess.com/cdn-cgi/access/login/api.example.com?kid=abc")
		w.WriteHeader(http.StatusFound)
	}
	proxy := start(t, access, policy)
	resp, _ := ask(t, "GET", "https://"+proxy.Addr()+"/v1", "api.example.com", "Origin", "https://app.example.com")
	if resp.StatusCode != http.StatusFound || resp.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	resp, _ = ask(t, "OPTIONS", "https://"+proxy.Addr()+"/v1", "api.example.com", "Origin", "https://app.example.com", "Access-Control-Request-Method", "PUT")
	if resp.StatusCode != http.StatusNoContent || resp.Header.Get("Access-Control-Allow-Origin") == "" {
		t.Errorf("the preflight: %d %v", resp.StatusCode, resp.Header)
	}
	for layer, want := range map[answer.Layer]bool{answer.LayerAccess: true, answer.LayerWAF: true, answer.LayerEdge: true, answer.LayerOrigin: false} {
		if got := trial.Simulated(layer) != ""; got != want {
			t.Errorf("Simulated(%s) = %v", layer, got)
		}
	}
}

func TestForeignHostsAreRefused(t *testing.T) {
	proxy := start(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "host "+r.Host) }, policy)
	port := strings.TrimPrefix(proxy.Addr(), "127.0.0.1:")
	for host, want := range map[string]int{
		proxy.Addr(): 200, "localhost:" + port: 200, "evil.example:" + port: 421, "127.0.0.1:1": 421, "localhost": 421, "api.example.com": 421,
	} {
		resp, body := ask(t, "GET", "http://"+proxy.Addr()+"/", host)
		if resp.StatusCode != want {
			t.Errorf("plain HTTP, Host %s: %d, want %d", host, resp.StatusCode, want)
		}
		if want == 200 && body != "host api.example.com" {
			t.Errorf("the target was asked for %q", body)
		}
	}
	for host, want := range map[string]int{proxy.Addr(): 200, "api.example.com": 200, "evil.example": 421} {
		if resp, _ := ask(t, "GET", "https://"+proxy.Addr()+"/", host); resp.StatusCode != want {
			t.Errorf("TLS, Host %s: %d, want %d", host, resp.StatusCode, want)
		}
	}
}

// What a browser sends, the target gets, whether net/url reads it or not.
func TestEveryTargetGoesThroughAsItCame(t *testing.T) {
	var seen []string
	app, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var done sync.WaitGroup
	done.Go(func() {
		for {
			c, err := app.Accept()
			if err != nil {
				return
			}
			line, _ := bufio.NewReader(c).ReadString('\n')
			seen = append(seen, strings.Fields(line)[1])
			_, _ = io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
			_ = c.Close()
		}
	})
	proxy, err := trial.Start(context.Background(), trial.Options{
		Target: "http://api.example.com/", Policy: policy, Network: probe.Network{ConnectTo: []string{"::" + app.Addr().String()}},
	})
	if err != nil {
		t.Fatal(err)
	}
	targets := []string{
		"/%zz", "/%", "/a%2", "/a%2Fb", "/%C3%A9", "//x/y", "/a/../b", "/?", "/?a;b", "/?a=%zz&b", "/a|b", "/a[1]?b[2]=3", "/?q=\"x\"",
	}
	for _, target := range targets {
		c, err := net.Dial("tcp", proxy.Addr())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(c, "GET "+target+" HTTP/1.1\r\nHost: "+proxy.Addr()+"\r\nOrigin: https://app.example.com\r\nConnection: close\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(c), nil)
		if err != nil {
			t.Fatalf("%s: %v", target, err)
		}
		if resp.StatusCode != http.StatusBadRequest || resp.Header.Get("Access-Control-Allow-Origin") != "https://app.example.com" {
			t.Errorf("%s: %d %v", target, resp.StatusCode, resp.Header)
		}
		_ = c.Close()
	}
	// And so does what the walk itself sends through the proxy.
	c := exchange.Case{URL: "http://api.example.com/%zz", Origin: "http://app.example.com"}
	if _, err := diagnose.Run(context.Background(), c, diagnose.Options{Network: proxy.Network(), VerdictOnly: true}, nil); err != nil {
		t.Fatal(err)
	}
	_ = proxy.Close()
	_ = app.Close()
	done.Wait()
	if want := append(targets, "/%zz"); !slices.Equal(seen, want) {
		t.Errorf("the target was asked for\n%q, want\n%q", seen, want)
	}
}

func TestAWrongPolicyIsRefusedBeforeAnythingListens(t *testing.T) {
	_, err := trial.Start(context.Background(), trial.Options{
		Target: "https://api.example.com/", Policy: snippets.Policy{AllowOrigins: []string{"*"}, Credentials: true},
	})
	if err == nil || !strings.Contains(err.Error(), "--allow-origin") {
		t.Errorf("got %v", err)
	}
}
