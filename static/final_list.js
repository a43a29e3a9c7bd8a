/* The final list: whoever is ticked is tried at once. Without this file the button does the same by a page. */
(function () {
  "use strict";

  const form = document.querySelector(".list-form");
  const place = document.getElementById("standing");
  if (!form || !place) return;
  const button = form.querySelector(".list-check");
  let asked = 0;

  const renew = () => {
    const picks = Array.prototype.slice.call(form.querySelectorAll("input[name=pick]:checked")).map((box) => "pick=" + box.value);
    const turn = ++asked;
    const request = new XMLHttpRequest();
    request.open("GET", form.getAttribute("data-standing") + "?" + (picks.join("&") || "pick=0"));
    request.onload = () => {
      /* Only the last answer counts; a sign-in page in its place is none. */
      if (turn !== asked) return;
      if (request.status === 200 && request.responseText.indexOf("list-count") > 0) {
        place.innerHTML = request.responseText;
        button.hidden = true;
      } else {
        button.hidden = false;
      }
      place.removeAttribute("aria-busy");
    };
    request.onerror = () => { if (turn === asked) { button.hidden = false; place.removeAttribute("aria-busy"); } };
    place.setAttribute("aria-busy", "true");
    request.send();
  };

  button.hidden = true;
  form.addEventListener("change", (event) => { if (event.target.name === "pick") renew(); });
})();
