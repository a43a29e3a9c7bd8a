/* Setting a campaign up: a long upload says that it goes on; the frame of the preview shows whom one picks. */
(function () {
  "use strict";
  Array.from(document.querySelectorAll("form[data-busy]")).forEach((form) => {
    form.addEventListener("submit", () => {
      const line = form.querySelector(".busy");
      line.textContent = form.getAttribute("data-busy");
      line.hidden = false;
      Array.from(form.querySelectorAll("button")).forEach((one) => { one.setAttribute("aria-disabled", "true"); });
    });
    form.addEventListener("submit", (event) => { if (form.sent) event.preventDefault(); form.sent = true; });
    window.addEventListener("pageshow", () => { form.sent = false; });
  });
  const frame = document.getElementById("preview-frame");
  Array.from(document.querySelectorAll("a[data-preview]")).forEach((link) => {
    if (frame) link.addEventListener("click", (event) => { event.preventDefault(); frame.src = link.href; frame.focus(); });
  });
})();
