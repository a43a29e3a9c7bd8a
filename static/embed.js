/* One line in another site's page puts a frame there and keeps it as high as what is in it:
   <script src="https://…/embed.js" data-campaign="…" data-candidate="3" data-key="…" data-theme="dark" async></script> */
(function () {
  "use strict";
  const script = document.currentScript;
  const asked = script && script.dataset;
  if (!asked || !/^[a-z0-9-]+$/.test(asked.campaign || "") || script.embedded) return;
  script.embedded = true;
  const home = new URL(script.src).origin;
  const number = parseInt(asked.candidate, 10);
  const query = ["key", "theme", "lang", "preview"].filter((name) => asked[name])
    .map((name) => name + "=" + encodeURIComponent(asked[name])).join("&");
  const frame = document.createElement("iframe");
  frame.src = home + "/c/" + asked.campaign + (number > 0 ? "/candidates/" + number : "") + "/embed" + (query && "?" + query);
  frame.title = asked.title || "评选活动";
  frame.width = "100%";
  frame.height = asked.height || (number > 0 ? 480 : 780);
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  frame.setAttribute("loading", "lazy");
  frame.style.border = "0";
  frame.style.display = "block";
  window.addEventListener("message", (event) => {
    const said = event.data;
    if (event.origin !== home || event.source !== frame.contentWindow || !said || said.type !== "voting-embed") return;
    if (said.height > 40 && said.height < 5000) frame.height = Math.ceil(said.height);
  });
  script.parentNode.insertBefore(frame, script.nextSibling);
})();
