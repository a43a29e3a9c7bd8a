/* In a preview nothing leads out of it, and nothing is sent. */
(function () {
  "use strict";
  const root = document.querySelector("[data-root]").getAttribute("data-root");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (link && link.pathname !== root && link.pathname.indexOf(root + "/") !== 0) event.preventDefault();
  });
  document.addEventListener("submit", (event) => event.preventDefault());
})();
