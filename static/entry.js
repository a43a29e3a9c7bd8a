/* The page on which a code is entered: who was refused hears why at once, and whoever comes back to it finds it empty. */
(function () {
  "use strict";
  const problems = document.getElementById("problems");
  if (problems) problems.focus();
  /* Nobody stands here yet: what the tab still knows is the last person's. */
  else if (document.getElementById("code")) {
    try { sessionStorage.clear(); } catch (refused) { /* nothing was kept either */ }
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
