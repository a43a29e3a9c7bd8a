/* What every page shares: the countdown, the copy button, the offline page. Pages are whole without it. ES2015, no more. */
(function () {
  "use strict";
  const script = document.currentScript;

  /* The phone's clock may be wrong; the server's, sent with the page, is the one that counts. */
  const two = (n) => (n < 10 ? "0" : "") + n;
  Array.prototype.forEach.call(document.querySelectorAll("[data-until]"), (box) => {
    const until = Date.parse(box.dataset.until);
    const offset = Date.parse(box.dataset.now) - Date.now();
    const line = box.querySelector(".count__left");
    if (!line || isNaN(until + offset)) return;
    const digits = line.querySelector("b");
    const left = () => Math.ceil((until - Date.now() - offset) / 1000);
    const began = left();
    const tick = () => {
      const s = Math.max(0, left());
      const days = Math.floor(s / 86400);
      digits.textContent = (days ? days + " " + box.dataset.day + " " : "") +
        two(Math.floor(s / 3600) % 24) + ":" + two(Math.floor(s / 60) % 60) + ":" + two(s % 60);
      if (s || began <= 0) return;
      clearInterval(timer);
      /* Everybody's clock strikes at once: spread the reloads, and never reload twice for one turning point. */
      setTimeout(() => { if (!document.hidden) location.reload(); }, 1000 + Math.random() * 9000);
    };
    const timer = setInterval(tick, 1000);
    tick();
    line.hidden = false;
  });

  /* navigator.clipboard needs https and a newer kernel; the old way needs a text field. */
  const copyOldWay = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "vh";
    document.body.appendChild(field);
    field.select();
    field.setSelectionRange(0, text.length);
    const copied = document.execCommand("copy");
    document.body.removeChild(field);
    return copied ? Promise.resolve() : Promise.reject();
  };
  Array.prototype.forEach.call(document.querySelectorAll("[data-copy]"), (button) => {
    const label = button.textContent;
    button.hidden = false;
    button.setAttribute("aria-live", "polite");
    button.addEventListener("click", () => {
      const text = button.dataset.copy;
      const copying = navigator.clipboard && navigator.clipboard.writeText
        ? navigator.clipboard.writeText(text).catch(() => copyOldWay(text)) : copyOldWay(text);
      copying.then(() => {
        button.textContent = button.dataset.copied;
        setTimeout(() => { button.textContent = label; }, 2000);
      }, () => {});
    });
  });

  const reload = document.querySelector("[data-reload]");
  if (reload) {
    reload.addEventListener("click", () => location.reload());
    /* The event alone may come before this page listens, or while the server is still away: so it also asks. */
    const back = () => {
      if (navigator.onLine && !document.hidden) fetch("/healthz", { cache: "no-store" }).then((reply) => { if (reply.ok) location.reload(); }, () => {});
    };
    window.addEventListener("online", back);
    setInterval(back, 4000);
  }

  if (script && script.dataset.sw && "serviceWorker" in navigator) {
    window.addEventListener("load", () => navigator.serviceWorker.register(script.dataset.sw).catch(() => {}));
  }
})();
