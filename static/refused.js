/* The page that asks for a check before it takes a ballot: solves it and posts the same ballot again. Whoever comes
   here with scripts has a kernel that cannot read campaign.js, or was too quick for it: so this too is ES5. */
(function () {
  "use strict";
  var find = function (id) { return document.getElementById(id); };
  var challenge = JSON.parse(find("challenge").textContent);
  var form = find("again"), said = find("said"), options = find("options");
  var MOST = 3, PATIENCE_MS = 20000, SAY_EVERY_MS = 3000;

  /* How often this ballot has been here. Where the phone forbids storage, the gate's own limits end it. */
  var turn = 1, key = "checks:" + form.elements.form.value.slice(-40);
  try {
    turn += Number(sessionStorage.getItem(key));
    sessionStorage.setItem(key, turn);
  } catch (refused) { /* private mode */ }
  var words = said.dataset;
  if (turn > MOST || !window.solveChallenge) {
    said.textContent = words.failed;
    find("no-scripts").hidden = true;
    return;
  }

  var at = Date.now(), told = 0;
  find("no-scripts").hidden = true;
  options.hidden = true;
  said.textContent = words.checking;
  /* A phone that takes its time, or a check that never ends: the other ways are offered while it goes on. */
  var late = setTimeout(function () { options.hidden = false; }, PATIENCE_MS);
  var cancel = window.solveChallenge(challenge, function (solution) {
    clearTimeout(late);
    said.textContent = words.casting;
    form.elements.challenge.value = JSON.stringify(solution);
    form.submit();
  }, function (solved) {
    if (solved === told || Date.now() - at < SAY_EVERY_MS) return;
    at = Date.now();
    told = solved;
    said.textContent = words.checked.replace("{n}", solved).replace("{all}", challenge.puzzles);
  });
  form.addEventListener("submit", function () { cancel(); });
})();
