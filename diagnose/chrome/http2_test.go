package chrome_test

import (
	"context"
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/http"
	"testing"
	"time"

	"corstui/diagnose/chrome"
	"corstui/diagnose/difftest"
	"corstui/diagnose/exchange"
	"corstui/diagnose/probe"
)

// h2Cases are answers over HTTP/2, where names are lower-case and a broken
// stream takes the place of a broken connection.
var h2Cases = []struct {
	name               string
	c                  exchange.Case
	preflight, request func(http.ResponseWriter, string)
}{
	{"allowed", exchange.Case{}, nil, func(w http.ResponseWriter, o string) {
		w.Header()["Access-Control-Allow-Origin"] = []string{o}
		w.Header().Set("Access-Control-Expose-Headers", "X-Ray")
		w.Header().Set("X-Ray", "1")
	}},
	{"no headers", exchange.Case{}, nil, func(w http.ResponseWriter, o string) { w.WriteHeader(403) }},
	{"two fields", exchange.Case{}, nil, func(w http.ResponseWriter, o string) {
		w.Header()["Access-Control-Allow-Origin"] = []string{o, "*"}
	}},
	{"preflight passes", exchange.Case{Method: "PUT", Headers: exchange.Headers{{Name: "X-CaMel", Value: "1"}}}, func(w http.ResponseWriter, o string) {
		w.Header().Set("Access-Control-Allow-Origin", o)
		w.Header()["Access-Control-Allow-Methods"] = []string{"GET", "PUT"}
		w.Header().Set("Access-Control-Allow-Headers", "x-camel")
		w.WriteHeader(204)
	}, func(w http.ResponseWriter, o string) { w.Header().Set("Access-Control-Allow-Origin", o) }},
	{"preflight 403", exchange.Case{Method: "DELETE"}, func(w http.ResponseWriter, o string) {
		w.Header().Set("Access-Control-Allow-Origin", o)
		w.WriteHeader(403)
	}, nil},
	{"stream reset", exchange.Case{}, nil, func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) }},
	{"stream reset on the preflight", exchange.Case{Method: "PUT"}, func(http.ResponseWriter, string) { panic(http.ErrAbortHandler) }, nil},
	{"redirected login", exchange.Case{Credentials: exchange.CredentialsInclude}, nil, func(w http.ResponseWriter, o string) {
		w.Header().Set("Location", "/login")
		w.WriteHeader(302)
	}},
	{"a streamed body", streamed, allowStream, func(w http.ResponseWriter, o string) { w.Header().Set("Access-Control-Allow-Origin", o) }},
	{"a streamed body, and no headers on the answer", streamed, allowStream, nil},
	{"a streamed body, redirected by 307", streamed, allowStream, func(w http.ResponseWriter, o string) {
		w.Header().Set("Access-Control-Allow-Origin", o)
		w.Header().Set("Location", "/a")
		w.WriteHeader(307)
	}},
	{"a streamed body, redirected by 303", streamed, allowStream, func(w http.ResponseWriter, o string) {
		w.Header().Set("Access-Control-Allow-Origin", o)
		w.Header().Set("Location", "/a")
		w.WriteHeader(303)
	}},
	{"expose with credentials", exchange.Case{Credentials: exchange.CredentialsInclude}, nil, func(w http.ResponseWriter, o string) {
		w.Header().Set("Access-Control-Allow-Origin", o)
		w.Header().Set("Access-Control-Allow-Credentials", "true")
		w.Header().Set("Access-Control-Expose-Headers", "*, etag")
		w.Header().Set("ETag", "x")
		w.Header().Set("X-Ray", "1")
	}},
}

// streamed is a POST whose body is a stream, which HTTP/2 carries.
var streamed = exchange.Case{Method: "POST", Body: new("x"), BodyStream: true}

func allowStream(w http.ResponseWriter, o string) {
	w.Header().Set("Access-Control-Allow-Origin", o)
	w.WriteHeader(204)
}

func TestTheModelConcludesWhatChromiumDoesOverHTTP2(t *testing.T) {
	path := browserPath(t)
	cert, _ := difftest.SelfSigned(t)
	const origin = "https://" + difftest.HostO
	protocols := make(chan string, 100)
	mux := http.NewServeMux()
	for i, tt := range h2Cases {
		mux.HandleFunc("/"+string(rune('a'+i)), func(w http.ResponseWriter, r *http.Request) {
			select {
			case protocols <- r.Proto:
			default:
			}
			answer := tt.request
			if r.Method == http.MethodOptions {
				answer = tt.preflight
			}
			if answer != nil {
				answer(w, origin)
			}
		})
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: mux, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second,
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: []string{"h2", "http/1.1"}}}
	go server.ServeTLS(l, "", "")
	defer server.Close()

	network := probe.Network{Insecure: true, ConnectTo: []string{"::" + l.Addr().String()}}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client, err := probe.NewClient(network)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	b, err := chrome.Open(ctx, chrome.Options{Path: path, AllowUnsafe: true, Network: network})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for i, tt := range h2Cases {
		c := tt.c
		c.URL, c.Origin = "https://"+difftest.HostA+"/"+string(rune('a'+i)), origin
		c = c.WithDefaults()
		chromium(b).One(ctx, t, client, tt.name, c)
	}
	for range len(protocols) {
		if p := <-protocols; p != "HTTP/2.0" {
			t.Errorf("a request came over %s", p)
		}
	}
}
