/* Inside WeChat: the card that its own menu passes on, with a neutral title and this voter's signed link. Nobody is asked
   to pass it on. Whatever fails here is silent: voting does not need it. ES2015, for old WeChat kernels. */
(function () {
  "use strict";
  const script = document.currentScript;
  /* iOS checks the signature against the address at which the page was entered, others against the one it has now. */
  const entered = location.href.split("#")[0];
  const address = () => (/iPhone|iPad|iPod/.test(navigator.userAgent) ? entered : location.href.split("#")[0]);

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

  const configure = () => {
    const request = new XMLHttpRequest();
    request.open("GET", "/wechat/js-config?url=" + encodeURIComponent(address()));
    request.setRequestHeader("Accept", "application/json");
    request.timeout = 8000;
    request.onload = () => {
      let config = null;
      try { config = request.status === 200 ? JSON.parse(request.responseText) : null; } catch (notJson) { /* a proxy's page */ }
      if (!config || !window.wx) return;
      config.jsApiList = ["updateAppMessageShareData", "updateTimelineShareData", "onMenuShareAppMessage", "onMenuShareTimeline"];
      wx.config(config);
      wx.ready(share);
      wx.error(() => { /* the bare link is shared, and it carries the token too */ });
    };
    request.send();
  };

  window.addEventListener("load", () => {
    const sdk = document.createElement("script");
    sdk.setAttribute("nonce", script.nonce || script.getAttribute("nonce"));
    sdk.src = script.dataset.sdk;
    sdk.onload = configure;
    document.head.appendChild(sdk);
  });
})();
