/* Inside WeChat: the card that its own menu passes on, with a neutral title and this voter's signed link. Nobody is asked
   to pass it on. Whatever fails here is silent: voting does not need it. ES2015, for old WeChat kernels. */
(function () {
  "use strict";
  const script = document.currentScript;
  /* WeChat on iOS is said to check the signature against the address at which the page was entered, others against the one
     that it has by now. Whichever is refused, the other is tried. */
  const bare = () => location.href.split("#")[0];
  const entered = bare();

  const share = () => {
    const page = JSON.parse(document.getElementById("page").textContent);
    if (!page.card) return;
    const card = {
      title: page.card.title, desc: page.card.desc, imgUrl: page.card.imgUrl || "",
      link: page.card.link + (page.share ? "?s=" + encodeURIComponent(page.share) : "")
    };
    /* The newer pair where the client has it, the older where not. */
    if (wx.updateAppMessageShareData) wx.updateAppMessageShareData(card);
    else if (wx.onMenuShareAppMessage) wx.onMenuShareAppMessage(card);
    const line = { title: card.title, link: card.link, imgUrl: card.imgUrl };
    if (wx.updateTimelineShareData) wx.updateTimelineShareData(line);
    else if (wx.onMenuShareTimeline) wx.onMenuShareTimeline(line);
  };

  const configure = (addresses) => {
    const request = new XMLHttpRequest();
    request.open("GET", "/wechat/js-config?url=" + encodeURIComponent(addresses[0]));
    request.setRequestHeader("Accept", "application/json");
    request.timeout = 8000;
    request.onload = () => {
      let config = null;
      try { config = request.status === 200 ? JSON.parse(request.responseText) : null; } catch (notJson) { /* a proxy's page */ }
      if (!config || !window.wx) return;
      config.jsApiList = ["updateAppMessageShareData", "updateTimelineShareData", "onMenuShareAppMessage", "onMenuShareTimeline"];
      let failed = false;
      wx.config(config);
      wx.ready(() => { if (!failed) share(); });
      /* Where both fail the bare link is passed on, and that carries the token too. */
      wx.error(() => { if (!failed && addresses[1]) configure([addresses[1]]); failed = true; });
    };
    request.send();
  };

  const begin = () => {
    const now = bare();
    const ios = /iPhone|iPad|iPod/.test(navigator.userAgent);
    configure(now === entered ? [now] : ios ? [entered, now] : [now, entered]);
  };

  window.addEventListener("load", () => {
    const sdk = document.createElement("script");
    sdk.setAttribute("nonce", script.nonce || script.getAttribute("nonce"));
    sdk.src = script.dataset.sdk;
    sdk.onload = begin;
    document.head.appendChild(sdk);
  });
})();
