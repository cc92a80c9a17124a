package difftest

import (
	"context"
	"strconv"

	"corstui/diagnose/exchange"
)

// WorkerPath is where any host of the server has the script of a service worker
// that lets every request pass. Its handler does something all the same: engines
// leave one out that is empty.
const WorkerPath = ControlPath + "worker.js"

const workerScript = `self.oninstall = () => self.skipWaiting();
self.onactivate = e => e.waitUntil(self.clients.claim());
self.onfetch = e => { self.last = e.request.url; };`

// Expressions for the page, with a promise each: JoinWorker puts it under the
// control of the service worker, LeaveWorker makes the next page do without.
const (
	JoinWorker = `(async () => {
  await navigator.serviceWorker.register("` + WorkerPath + `", {scope: "/"});
  while (!navigator.serviceWorker.controller) await new Promise(r => setTimeout(r, 5));
  return true;
})()`
	LeaveWorker = `(async () => {
  for (const r of await navigator.serviceWorker.getRegistrations()) await r.unregister();
  return true;
})()`
)

// workerAnswer is the answer to a request for WorkerPath.
func workerAnswer() string {
	return "HTTP/1.1 200 OK\r\nContent-Type: text/javascript\r\nService-Worker-Allowed: /\r\nCache-Control: no-store\r\nContent-Length: " +
		strconv.Itoa(len(workerScript)) + "\r\nConnection: close\r\n\r\n" + workerScript
}

// A Pager is a browser that runs a case, and expressions in the page of an origin.
type Pager[O any] interface {
	Fetch(ctx context.Context, c exchange.Case) (O, error)
	InPage(ctx context.Context, origin, expression string) error
}

// FetchIn runs the case, in a page that a service worker controls where the case
// says so.
func FetchIn[O any](ctx context.Context, b Pager[O], c exchange.Case) (o O, err error) {
	if !c.ServiceWorker {
		return b.Fetch(ctx, c)
	}
	if err = b.InPage(ctx, c.Origin, JoinWorker); err != nil {
		return o, err
	}
	if o, err = b.Fetch(ctx, c); err != nil {
		return o, err
	}
	if err = b.InPage(ctx, c.Origin, LeaveWorker); err != nil {
		return o, err
	}
	return o, b.InPage(ctx, "null", "true") // the next page is a new one
}
