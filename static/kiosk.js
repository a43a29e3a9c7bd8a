/* A page at a kiosk goes back to the start by itself when nobody touches it any more: the next person must not see the
   last one's choices, nor vote with the last one's code. The time left is shown, any touch gives it anew, and it can be
   stopped. */
(function () {
  "use strict";
  const box = document.getElementById("kiosk");
  const line = document.getElementById("leaving");
  const WAIT_MS = box.dataset.seconds * 1000;
  const WARN_S = 20;
  let until = 0;
  let warned = false;
  const again = () => { until = Date.now() + WAIT_MS; };
  const tick = () => {
    const left = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    document.getElementById("left").textContent = left;
    /* Read aloud once, and not every second; and shown wherever on the page one is. */
    if (left <= WARN_S !== warned) {
      warned = left <= WARN_S;
      line.classList.toggle("is-near", warned);
      document.getElementById("leaving-said").textContent = warned ? line.dataset.warning : "";
    }
    if (left) return;
    clearInterval(timer);
    box.submit();
  };
  ["touchstart", "mousedown", "mousemove", "keydown", "scroll"].forEach((kind) => window.addEventListener(kind, again));
  const timer = setInterval(tick, 1000);
  document.getElementById("stay").addEventListener("click", () => {
    clearInterval(timer);
    document.getElementById("leaving-said").textContent = line.dataset.stopped;
    line.hidden = true;
    document.getElementById("next-voter").focus();
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
  again();
  tick();
  line.hidden = false;
})();
