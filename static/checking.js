/* While the books are checked: the bar follows, and what was found is shown as soon as there is something. */
(function () {
  "use strict";
  const live = window.liveFigures, bar = document.getElementById("progress"), waits = document.getElementById("waits");
  if (!live || !bar) return;
  live.start((figures) => {
    bar.value = figures.percent;
    if (waits.textContent !== figures.waits) waits.textContent = figures.waits;
    if (!figures.over) return;
    live.stop();
    location.reload();
  });
})();
