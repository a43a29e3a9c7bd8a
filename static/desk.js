/* The desk's pages: whoever was refused hears why at once, and a page that comes back after signing out is asked for anew. */
(function () {
  "use strict";
  const problems = document.getElementById("problems");
  if (problems) problems.focus();
  /* What is to be read beside a form stands open; on a phone it would push the form out of sight. */
  if (window.innerWidth < 700) {
    Array.from(document.querySelectorAll("details[data-wide]")).forEach((one) => { one.open = false; });
  }
  const print = document.querySelector("[data-print]");
  if (print) { print.hidden = false; print.addEventListener("click", () => window.print()); }
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
