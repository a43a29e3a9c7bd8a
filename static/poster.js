/* The print button, which does nothing without a script and is therefore not there. */
(function () {
  "use strict";
  var button = document.getElementById("print");
  if (!button || !window.print || /MicroMessenger/i.test(navigator.userAgent)) return;
  button.hidden = false;
  button.addEventListener("click", function () { window.print(); });
})();
