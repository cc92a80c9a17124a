// Runs in the browser's own context. It puts the page's document in place of the
// frontend's answer, stops requests of the browser's own, and notes what the
// page's fetch() sends and what the console says.
// Arguments: the limits {lines, bytes, requests}.
const [limits] = arguments;
const browsing = () => gBrowser.selectedBrowser.browsingContext;
const TYPE_DOCUMENT = Ci.nsIContentPolicy.TYPE_DOCUMENT;
const TYPE_FETCH = Ci.nsIContentPolicy.TYPE_FETCH;

const state = {
  page: null, // {url, headers, body} while it is being loaded
  requests: [],
  lines: [],
  open: 0,
  inner: 0,
};
window.corstui = state;

const isPreflight = channel => {
  if (channel.requestMethod != "OPTIONS") {
    return false;
  }
  try {
    channel.getRequestHeader("Access-Control-Request-Method");
    return true; // a page cannot set that header
  } catch {
    return false;
  }
};

const fulfil = (channel, page) => {
  const r = Cc["@mozilla.org/network/replaced-http-response;1"].createInstance(Ci.nsIReplacedHttpResponse);
  r.responseStatus = 200;
  r.responseStatusText = "OK";
  r.responseBody = page.body;
  for (const [name, value] of page.headers) {
    r.setResponseHeader(name, value, false);
  }
  channel.QueryInterface(Ci.nsIHttpChannelInternal).setResponseOverride(r);
};

const seen = new Map(); // channelId to the request noted for it

// forgetReplaced forgets the request that goes on in another channel, as one does
// that a service worker was asked about and lets pass: it has no end of its own.
const forgetReplaced = () => {
  for (const [id, r] of seen) {
    if (!r.preflight && !r.status) {
      seen.delete(id);
      state.requests.splice(state.requests.indexOf(r), 1);
      state.open--;
    }
  }
};

const network = {
  observe(subject, topic) {
    let channel, info;
    try {
      channel = subject.QueryInterface(Ci.nsIHttpChannel);
      info = channel.loadInfo;
    } catch {
      return;
    }
    const type = info.externalContentPolicyType;
    const ours = info.browsingContextID != 0 && info.browsingContextID == browsing().id;
    switch (topic) {
      case "http-on-modify-request":
        // Every document, so that no spelling of an origin slips through to the
        // frontend.
        if (ours && type == TYPE_DOCUMENT && state.page) {
          fulfil(channel, state.page);
          return;
        }
        if (info.browsingContextID == 0 && info.triggeringPrincipal?.isSystemPrincipal) {
          channel.cancel(Cr.NS_BINDING_ABORTED);
          return;
        }
        if (ours && type == TYPE_FETCH && state.requests.length < limits.requests) {
          if (info.redirectChainIncludingInternalRedirects.length > info.redirectChain.length) {
            forgetReplaced();
          }
          const r = { method: channel.requestMethod, url: channel.URI.spec, preflight: isPreflight(channel), status: 0, ended: false };
          state.requests.push(r);
          seen.set(channel.channelId, r);
          state.open++;
        }
        return;
      case "http-on-examine-response":
      case "http-on-examine-cached-response":
      case "http-on-examine-merged-response": {
        const r = seen.get(channel.channelId);
        if (r) {
          r.status = channel.responseStatus;
        }
        return;
      }
      case "http-on-stop-request": {
        const r = seen.get(channel.channelId);
        if (r && !r.ended) {
          r.ended = true;
          state.open--;
          seen.delete(channel.channelId);
        }
        return;
      }
    }
  },
};
for (const topic of ["http-on-modify-request", "http-on-examine-response", "http-on-examine-cached-response", "http-on-examine-merged-response", "http-on-stop-request"]) {
  Services.obs.addObserver(network, topic);
}

// Categories of messages about requests that were blocked for another reason
// than CORS. Such messages belong to no window.
const blocking = new Set(["Mixed Content Blocker", "SOP", "COEP", "CSP"]);

const messages = {
  observe(message) {
    let e;
    try {
      e = message.QueryInterface(Ci.nsIScriptError);
    } catch {
      return;
    }
    const about = e.innerWindowID == state.inner || e.category.startsWith("CORS") || blocking.has(e.category);
    if (state.inner && about && state.lines.length < limits.lines) {
      state.lines.push({ category: e.category, text: e.errorMessage.slice(0, limits.bytes) });
    }
  },
};
Services.console.registerListener(messages);

// load says which page is to be put in place, and returns its URL as the browser
// writes it.
state.load = page => {
  page.url = Services.io.newURI(page.url).spec;
  state.page = page;
  return page.url;
};

state.reset = () => {
  state.requests = [];
  state.lines = [];
  state.open = 0;
  seen.clear();
  state.inner = browsing().currentWindowGlobal.innerWindowId;
};
state.noted = () => ({ requests: state.requests, lines: state.lines, open: state.open });
return true;
