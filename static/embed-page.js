/* In an embed: tells the page around it how high it is. Whoever that is learns the height and nothing else. */
(function () {
  "use strict";
  const embed = document.getElementById("embed");
  if (window.parent === window || !embed) return;
  let told = 0;
  const tell = () => {
    const height = Math.ceil(embed.getBoundingClientRect().bottom + window.pageYOffset);
    if (height === told) return;
    told = height;
    window.parent.postMessage({ type: "voting-embed", height }, "*");
  };
  if (window.ResizeObserver) new ResizeObserver(tell).observe(embed);
  window.addEventListener("resize", tell);
  window.addEventListener("load", tell);
  tell();
})();
