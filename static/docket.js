/* Coming back to an objection: files with their sizes, and a check that is worked off where one is asked for. */
(function () {
  "use strict";
  const $ = (id) => document.getElementById(id);
  Array.from(document.querySelectorAll(".noscript")).forEach((one) => { one.hidden = true; });
  const summary = $("problems");
  if (summary && !summary.hidden) summary.focus();
  if (window.fileField) {
    Array.from(document.querySelectorAll(".files__input")).forEach((input) => window.fileField(input, false, () => {}));
  }
  Array.from(document.querySelectorAll("form[enctype]")).forEach((form) => {
    form.addEventListener("submit", (event) => {
      const button = form.querySelector(".send__go");
      if (button.getAttribute("aria-disabled")) { event.preventDefault(); return; }
      button.setAttribute("aria-disabled", "true");
      button.textContent = form.dataset.busy;
    });
  });
  const asked = $("challenge"), said = $("said");
  if (asked && said && window.solveChallenge) {
    const challenge = JSON.parse(asked.textContent);
    const told = (n) => { said.textContent = said.dataset.checking.replace("{n}", n).replace("{all}", challenge.puzzles); };
    told(0);
    window.solveChallenge(challenge, (solution) => {
      Array.from(document.querySelectorAll("input[name=challenge]")).forEach((one) => { one.value = JSON.stringify(solution); });
      if ($("entry")) $("entry").submit();
      else said.textContent = said.dataset.again;
    }, told);
  }
  /* What a browser kept of somebody's docket is not for whoever comes next. */
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
