/* Keeps a page's figures live: asks every five seconds (or `data-every` milliseconds), more rarely while the line is down, not at
   all while nobody looks, and never again once the session has ended: then it says so and shows the way to sign in.
   `liveFigures(show)` calls show(figures) for whatever is new; elements with data-f="a.b" get that figure by themselves. */
(function () {
  "use strict";
  const MOST = 60000, PATIENCE = 15000;
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const EVERY = Number(root.dataset.every) || 5000;
  const state = root.querySelector("[data-live-state]");
  const again = root.querySelector("[data-live-again]");
  const still = root.querySelector("[data-still]");
  if (still) still.hidden = true;
  let etag = "", failures = 0, timer = 0, over = false, asking = false;

  function at(figures, path) {
    return path.split(".").reduce((part, key) => (part === null || part === undefined ? part : part[key]), figures);
  }
  function shown(value) {
    if (value === null || value === undefined) return "–";
    return typeof value === "number" ? value.toLocaleString("en-US") : String(value);
  }
  function put(figures) {
    Array.from(document.querySelectorAll("[data-f]")).forEach((one) => {
      const text = shown(at(figures, one.dataset.f));
      if (one.textContent !== text) one.textContent = text;
      if (one.dataset.tone) {
        one.className = one.className.replace(/desk-badge--\w+/, "desk-badge--" + at(figures, one.dataset.tone));
      }
    });
  }
  function say(text) {
    if (state.textContent !== text) state.textContent = text;
    root.classList.toggle("is-lost", text !== "");
  }
  function next() {
    clearTimeout(timer);
    if (!over && !document.hidden) timer = setTimeout(ask, Math.min(MOST, EVERY * Math.pow(2, failures)));
  }
  function stop(text, signIn) {
    over = true;
    clearTimeout(timer);
    say(text);
    if (again) again.hidden = !signIn;
  }
  function ask() {
    if (asking || over) return;
    asking = true;
    const cutter = window.AbortController ? new AbortController() : null;
    const late = setTimeout(() => { if (cutter) cutter.abort(); }, PATIENCE);
    const headers = { Accept: "application/json" };
    if (etag) headers["If-None-Match"] = etag;
    const options = { headers: headers, credentials: "same-origin", cache: "no-store", redirect: "manual" };
    if (cutter) options.signal = cutter.signal;
    fetch(root.dataset.live + location.search, options).then((answer) => {
      if (answer.status === 304) return null;
      /* Wherever we are sent from here, it is to sign in: figures have no other address. */
      if (answer.status === 401 || answer.type === "opaqueredirect") { stop(root.dataset.expired, true); return null; }
      if (answer.status === 403 || answer.status === 404) { stop(root.dataset.denied, false); return null; }
      if (!answer.ok) throw new Error(String(answer.status));
      return answer.json().then((figures) => {
        etag = answer.headers.get("ETag") || "";
        if (figures) { put(figures); window.liveFigures.show(figures); }
      });
    }).then(() => { failures = 0; if (!over) say(""); }, () => { failures += 1; if (!over) say(root.dataset.lost); })
      .then(() => { clearTimeout(late); asking = false; next(); });
  }
  document.addEventListener("visibilitychange", () => { if (document.hidden) clearTimeout(timer); else { failures = 0; ask(); } });
  window.addEventListener("online", () => { failures = 0; ask(); });
  window.addEventListener("offline", () => { if (!over) say(root.dataset.lost); });
  window.liveFigures = {
    shown: shown,
    start: (show) => { window.liveFigures.show = show; ask(); },
    stop: () => stop("", false),
    show: () => {}
  };
})();
