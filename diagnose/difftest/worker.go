package difftest

import "strconv"

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
