const result = document.getElementById("result");
function show(ok, lines) {
  result.className = ok ? "ok" : "no";
  result.textContent = lines.join("\n");
}
async function run() {
  result.className = "";
  result.textContent = "Running…";
  try {
    const res = await fetch(call.url, { ...call.init, headers: call.headers });
    const lines = ["The browser handed the answer over: status " + res.status + ", type " + res.type + "."];
    lines.push("Headers that the script can read: " + ([...res.headers.keys()].join(", ") || "none") + ".");
    for (const name of call.read) {
      const value = res.headers.get(name);
      lines.push("res.headers.get(" + JSON.stringify(name) + ") is " + (value === null ? "null." : JSON.stringify(value) + "."));
    }
    const body = await res.text();
    if (body) lines.push("", body.slice(0, 400));
    show(true, lines);
  } catch (e) {
    show(false, ["The browser did not hand the answer over. All that the script is told:", "", String(e)]);
  }
}
document.getElementById("again").addEventListener("click", run);
run();
