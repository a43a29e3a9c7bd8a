/* A judge's points are kept while they read on: shortly after each change, and when a field is left. Without this file the
   buttons keep them. */
(function () {
  "use strict";
  const form = document.getElementById("scores");
  const saved = document.getElementById("saved");
  if (!form || !saved || !window.fetch || !window.FormData) return;

  let timer = 0;
  let kept = values();
  let running = false;

  function values() {
    return Array.from(form.querySelectorAll("input[inputmode]")).map((one) => one.value).join("\n");
  }

  function tell(sentence, wrong) {
    saved.textContent = sentence;
    saved.classList.toggle("error", Boolean(wrong));
  }

  function keep() {
    window.clearTimeout(timer);
    const now = values();
    if (now === kept || running) return;
    running = true;
    const data = new FormData(form);
    data.append("autosave", "1");
    fetch(form.action, { method: "POST", body: data, credentials: "same-origin", headers: { Accept: "application/json" } })
      .then((reply) => reply.json().then((told) => ({ ok: reply.ok, told: told })))
      .then((answer) => {
        if (answer.ok) {
          kept = now;
          tell(answer.told.saved, false);
        } else {
          const first = (answer.told.problems || [])[0];
          tell(first ? first.sentence : answer.told.detail || answer.told.title || form.dataset.unsaved, true);
        }
      })
      .catch(() => tell(form.dataset.unsaved, true))
      .then(() => {
        running = false;
        if (values() !== now) timer = window.setTimeout(keep, 800);
      });
  }

  form.addEventListener("input", () => { window.clearTimeout(timer); timer = window.setTimeout(keep, 800); });
  form.addEventListener("change", keep);
})();
