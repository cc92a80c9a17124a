// An app that has the generated middleware first, and does to the headers what
// apps do.
import express from "express";
import policy from "./server.mjs";

const app = express();
let release;
const released = new Promise((resolve) => (release = resolve));

app.use(policy);
app.use((req, res, next) => {
  if (req.method === "DELETE" || req.path === "/login") return res.status(401).json({ error: "log in" });
  next();
});
app.use(express.json());
app.use(express.static("public"));
app.get("/ok", (req, res) => res.json({ ok: true }));
app.get("/throw", () => {
  throw new Error("thrown");
});
app.get("/teapot", (req, res, next) => next(Object.assign(new Error("teapot"), { status: 418, headers: { "X-Tea": "1" } })));
app.get("/vary", (req, res) => res.set("Vary", "Accept-Language").send("varies"));
app.get("/own-cors", (req, res) => {
  res.set("Access-Control-Allow-Origin", "*").set("access-control-max-age", "1").send("mine");
});
app.get("/raw", (req, res) => {
  res.writeHead(200, [
    "Vary", "Accept-Language",
    "Access-Control-Allow-Origin", "*",
    "Set-Cookie", "a=1",
    "Set-Cookie", "b=2",
  ]);
  res.end("raw");
});
app.get("/empty", (req, res) => res.end());
app.get("/go", (req, res) => res.redirect("/ok"));
app.options("/options", (req, res) => res.send("GET"));
app.get("/stream", async (req, res) => {
  res.write("one\n");
  await released;
  res.end("two\n");
});
app.get("/release", (req, res) => {
  release();
  res.end();
});
app.get("/late", (req, res, next) => {
  res.write("begun");
  next(new Error("late"));
});
app.listen(Number(process.env.PORT), "127.0.0.1");
