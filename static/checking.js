/* While the books are checked: the bar follows, and what was found is shown as soon as there is something. */
(function () {
  "use strict";
  const live = window.liveFigures, bar = document.getElementById("progress"), quiet = document.getElementById("quiet");
  if (!live || !bar) return;
  live.start((figures) => {
    bar.value = figures.percent;
    if (quiet.hidden === figures.quiet) quiet.hidden = !figures.quiet;
    if (figures.over) location.reload();
  });
})();
