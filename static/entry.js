/* The page on which a code is entered: who was refused hears why at once, and whoever comes back to it finds it empty. */
(function () {
  "use strict";
  const words = document.currentScript.dataset;
  const problems = document.getElementById("problems");
  if (problems) problems.focus();
  /* Nobody stands here yet: what the tab still knows of this campaign is the last person's, and at a kiosk all that it
     knows. On a phone a ballot of another campaign may still wait there for its answer. */
  else if (document.getElementById("code")) {
    const isLeft = (key) => words.kiosk !== undefined || key.endsWith(":" + words.slug);
    try {
      Object.keys(sessionStorage).filter(isLeft).forEach((key) => sessionStorage.removeItem(key));
    } catch (refused) { /* nothing was kept either */ }
  }
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
