package config_test

import (
	"slices"
	"strings"
	"testing"

	"corstui/diagnose/config"
)

// What a library allows by its options, and by those that are left out, must
// outlive a correction.
func TestWhatLibrariesAllowIsTheFilesPolicy(t *testing.T) {
	for name, c := range map[string]struct {
		file, text       string
		methods, headers []string
	}{
		"npm cors, nothing said": {"a.mjs", `import express from "express"; import cors from "cors";
const app = express(); app.use(cors({ origin: "https://app.example.com" })); app.listen(1);`, []string{"PUT", "PATCH", "DELETE"}, nil},
		"npm cors, lists": {"a.mjs", `import express from "express"; import cors from "cors";
const app = express(); app.use(cors({ origin: "https://app.example.com", methods: ["PUT"], allowedHeaders: ["X-A"] })); app.listen(1);`, []string{"PUT"}, []string{"X-A"}},
		"hono, nothing said": {"a.mjs", `import { Hono } from "hono"; import { cors } from "hono/cors";
const app = new Hono(); app.use("*", cors({ origin: "https://app.example.com" })); export default app;`, []string{"PUT", "PATCH", "DELETE"}, nil},
		"rs/cors, nothing said": {"a.go", `package a
import "github.com/rs/cors"
var c = cors.New(cors.Options{AllowedOrigins: []string{"https://app.example.com"}})`, nil, []string{"Content-Type", "X-Requested-With"}},
		"rs/cors, lists": {"a.go", `package a
import "github.com/rs/cors"
var c = cors.New(cors.Options{AllowedOrigins: []string{"https://app.example.com"}, AllowedMethods: []string{"PUT"}, AllowedHeaders: []string{"X-A"}})`, []string{"PUT"}, []string{"X-A"}},
		"go-chi/cors, nothing said": {"a.go", `package a
import "github.com/go-chi/cors"
var c = cors.Handler(cors.Options{AllowedOrigins: []string{"https://app.example.com"}})`, nil, []string{"Content-Type"}},
		"gin-contrib/cors, nothing said": {"a.go", `package a
import "github.com/gin-contrib/cors"
var c = cors.New(cors.Config{AllowOrigins: []string{"https://app.example.com"}})`, nil, nil},
		"gorilla/handlers": {"a.go", `package a
import "github.com/gorilla/handlers"
var methods = handlers.AllowedMethods([]string{"GET", "PUT"})
var c = handlers.CORS(methods, handlers.AllowedHeaders([]string{"Content-Type"}), handlers.AllowedOrigins([]string{"https://app.example.com"}))`, []string{"PUT"}, []string{"Content-Type"}},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := config.Read(c.file, []byte(c.text), nil)
			if err != nil {
				t.Fatal(err)
			}
			p := r.Stated()
			if !slices.Equal(p.AllowOrigins, []string{page}) || !slices.Equal(p.AllowMethods, c.methods) || !slices.Equal(p.AllowHeaders, c.headers) {
				t.Errorf("the file's policy is %+v", p)
			}
		})
	}
}

func TestALoginIsSaidToLetPreflightsThroughWhereItDoes(t *testing.T) {
	for login, lets := range map[string]bool{
		`import { expressjwt } from "express-jwt"; const login = expressjwt({ secret: "s", algorithms: ["HS256"] });`: true,
		`import basic from "express-basic-auth"; const login = basic({ users: {} });`:                                 false,
		`const login = (req, res, next) => { if (!req.headers.authorization) return res.sendStatus(401); next(); };`:  false,
	} {
		text := `import express from "express"; import cors from "cors"; ` + login + `
const app = express(); app.use(login); app.use(cors({ origin: "https://app.example.com" })); app.listen(1);`
		r, err := config.Read("a.mjs", []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Problems) != 1 || r.Problems[0].ID != "preflight-behind-auth" || strings.Contains(r.Problems[0].What, "only a preflight that asks for Authorization") != lets {
			t.Errorf("%s: %+v", login, r.Problems)
		}
	}
}
