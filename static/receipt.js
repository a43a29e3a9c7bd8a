/* Follows one ballot from cast to published. The page already says where the ballot stands; this only saves a reload. */
(function () {
  "use strict";
  const steps = document.getElementById("steps");
  if (!steps) return;
  const words = steps.dataset;

  /* When this voter may vote again is known to the phone that has just voted, not to the receipt. */
  const again = document.getElementById("again");
  try {
    const done = JSON.parse(localStorage.getItem("cast:" + words.slug));
    if (again && done && done.tracking_code === words.code && done.said) {
      again.textContent = done.said;
      again.hidden = false;
    }
  } catch (refused) { /* private mode */ }

  const proof = document.getElementById("proof");
  if (proof && location.hash === "#proof") proof.open = true;

  const order = ["cast", "recorded", "published"];
  const until = Date.now() + 60000;
  let stage = words.stage;

  const show = (receipt) => {
    const standing = document.getElementById("standing");
    const word = words[receipt.standing];
    if (word && standing.textContent.trim() !== word) standing.textContent = word;
    const reached = order.indexOf(receipt.stage);
    if (reached <= order.indexOf(stage)) return;
    stage = receipt.stage;
    Array.prototype.forEach.call(steps.children, (step, i) => {
      if (i > reached) return;
      step.classList.add("is-done");
      step.querySelector(".steps__state").textContent = words.reached;
      step.removeAttribute("aria-current");
      if (i === reached) step.setAttribute("aria-current", "step");
    });
    document.getElementById("said").textContent = stage === "published" ? words.saidPublished : words.saidRecorded;
    /* The proof is drawn by the server: fetch the finished page, once, without disturbing someone who is reading. */
    if (stage === "published" && proof) proof.addEventListener("toggle", () => {
      if (!proof.open) return;
      history.replaceState(null, "", "#proof");
      location.reload();
    });
  };

  const ask = () => {
    if (stage === "published" || Date.now() > until) return;
    const request = new XMLHttpRequest();
    request.open("GET", words.api);
    request.timeout = 8000;
    request.onload = () => {
      if (request.status !== 200) return;
      try { show(JSON.parse(request.responseText)); } catch (problem) { /* a proxy's page; the next try will tell */ }
    };
    request.onloadend = () => setTimeout(ask, 2000);
    request.send();
  };
  if (stage !== "published") setTimeout(ask, 2000);
})();
