/* How the page was handled goes with the ballot: `pageHandling()` gives how often it was touched, and signs of a driven
   browser. Hints to be weighed by the gate; none of them refuses anyone, and without this file a ballot goes without. */
(function () {
  "use strict";

  /* Keys count, so a keyboard is not a robot. A tap is a touch, a mouse press and a click, and counts once; what a screen
     reader does for its owner may be the click alone. A script's own click is told apart by `isTrusted`. */
  let touches = 0;
  let lastTouch = 0;
  let last = 0;
  const count = (event) => {
    const kind = event.type;
    const before = kind === "click" ? last : kind === "mousedown" ? lastTouch : 0;
    last = Date.now();
    if (kind === "touchstart") lastTouch = last;
    if (event.repeat || (kind === "click" && event.isTrusted === false)) return;
    if (last - before > 1000) touches++;
  };
  document.addEventListener("touchstart", count, { passive: true });
  ["mousedown", "keydown", "click"].forEach((kind) => document.addEventListener(kind, count));

  const agent = navigator.userAgent;
  const DRIVERS = new RegExp("^(\\$?cdc_|__(webdriver|selenium|fxdriver|playwright|pwInitScripts|puppeteer|nightmare)" +
    "|_?phantom$|callPhantom$|_selenium|callSelenium|domAutomation)", "i");
  const isOwn = (name) => DRIVERS.test(name);

  /* Left out is what an old kernel, WeChat on a desktop or a private browser shows too: no plugins, no languages, an
     outer size of nought, no WebGL, a canvas that differs. */
  const SIGNS = {
    /* The WebDriver standard has drivers say so. Screen readers, switches and extensions drive no browser this way. */
    webdriver: () => navigator.webdriver === true,
    /* Chromium without a window, in either place where it writes its name: nobody has looked at that page. */
    headless: () => /HeadlessChrome/.test(agent) ||
      ((navigator.userAgentData || {}).brands || []).some((one) => /Headless/.test(one.brand)),
    /* What drivers leave lying about in a page; the names are theirs alone. */
    driver_names: () => Object.keys(window).some(isOwn) || Object.keys(document).some(isOwn),
    /* Every iPhone, and every Android that runs WeChat, has a touch screen. WeChat on a desktop says Windows, Macintosh or
       Linux; iOS before 13 knows no maxTouchPoints, but it knows ontouchstart. */
    no_touch_screen: () => /iPhone|Android.*MicroMessenger/.test(agent) && !("ontouchstart" in window) && !navigator.maxTouchPoints,
    /* WeChat on an iPhone is WebKit, which has no userAgentData; only Chromium has, under a name that it took. */
    borrowed_name: () => /iPhone.*MicroMessenger/.test(agent) && !!navigator.userAgentData
  };
  const shows = (sign) => {
    try { return SIGNS[sign](); } catch (unknown) { return false; /* a kernel that we have not met is no robot */ }
  };

  window.pageHandling = () => ({ touches: touches, traits: Object.keys(SIGNS).filter(shows) });
})();
