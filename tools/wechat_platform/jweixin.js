/* A stand-in for WeChat's JS-SDK, for learning and tests. It shares nothing with the original but its names.
 *
 * The page's policy lets no request out but to its own host. A script that the page vouched for by nonce may hand
 * that nonce on, so the verdict on wx.config comes as a script. All that happens is kept in window.__wx.
 */
(function () {
  "use strict";
  var PLATFORM = __PLATFORM__;
  var ANY_BROWSER = __ANY_BROWSER__;
  var self = document.currentScript;
  var nonce = self ? self.nonce || self.getAttribute("nonce") || "" : "";
  var waiting = {};
  var ready = [];
  var failed = [];
  var calls = 0;
  var domains = [];
  var record = {
    state: "idle", error: "", config: null, calls: [], share: { friend: null, timeline: null },
    answer: function (number, verdict) {
      var then = waiting[number];
      delete waiting[number];
      if (then) { then(verdict); }
    }
  };
  window.__wx = record;

  function later(fn, value) { setTimeout(function () { fn(value); }, 0); }

  function inDomain(link) {
    var anchor = document.createElement("a");
    anchor.href = link;
    var host = anchor.hostname.toLowerCase();
    return /^https?:$/.test(anchor.protocol) && domains.some(function (domain) {
      domain = domain.toLowerCase();
      return host === domain || host.slice(-domain.length - 1) === "." + domain;
    });
  }

  function fail(message) {
    record.state = "error";
    record.error = message;
    failed.forEach(function (fn) { later(fn, { errMsg: "config:" + message }); });
  }

  function config(given) {
    record.config = given;
    record.state = "checking";
    if (!ANY_BROWSER && !/MicroMessenger\//.test(navigator.userAgent)) { return; }
    calls += 1;
    var number = calls;
    waiting[number] = function (verdict) {
      domains = verdict.domains;
      if (!verdict.ok) { fail(verdict.error); return; }
      record.state = "ok";
      ready.forEach(function (fn) { later(fn); });
    };
    var asked = {
      call: number, appid: given.appId, timestamp: given.timestamp, noncestr: given.nonceStr,
      signature: given.signature, url: location.href.split("#")[0]
    };
    var script = document.createElement("script");
    script.setAttribute("nonce", nonce);
    script.referrerPolicy = "no-referrer";
    script.onerror = function () { delete waiting[number]; fail("system error"); };
    script.src = PLATFORM + "/_fake/js-config.js?" + Object.keys(asked).map(function (name) {
      return name + "=" + encodeURIComponent(String(asked[name]));
    }).join("&");
    document.head.appendChild(script);
  }

  function problem(name, options) {
    var list = (record.config && record.config.jsApiList) || [];
    if (record.state !== "ok") { return "the permission value is offline verifying"; }
    if (list.indexOf(name) < 0) { return "permission denied"; }
    if ("link" in options && !inDomain(options.link)) { return "link must be in js secure domain list"; }
    return "";
  }

  function api(name, keep, answer) {
    return function (options) {
      options = options || {};
      var wrong = problem(name, options);
      var result = { errMsg: name + ":" + (wrong ? "fail " + wrong : "ok") };
      if (!wrong && answer) { Object.assign(result, answer(options)); }
      var told = {};
      Object.keys(options).forEach(function (key) {
        if (typeof options[key] !== "function") { told[key] = options[key]; }
      });
      record.calls.push({ name: name, options: told, result: result });
      if (!wrong && keep) { record.share[keep] = told; }
      var fn = wrong ? options.fail : options.success;
      if (fn) { later(fn, result); }
      if (options.complete) { later(options.complete, result); }
    };
  }

  var wx = {
    config: config,
    ready: function (fn) { if (record.state === "ok") { later(fn); } else { ready.push(fn); } },
    error: function (fn) {
      failed.push(fn);
      if (record.state === "error") { later(fn, { errMsg: "config:" + record.error }); }
    },
    checkJsApi: function (options) {
      var found = {};
      (options.jsApiList || []).forEach(function (name) { found[name] = typeof wx[name] === "function"; });
      var result = { checkResult: found, errMsg: "checkJsApi:ok" };
      record.calls.push({ name: "checkJsApi", options: { jsApiList: options.jsApiList }, result: result });
      if (options.success) { later(options.success, result); }
    },
    updateAppMessageShareData: api("updateAppMessageShareData", "friend"),
    updateTimelineShareData: api("updateTimelineShareData", "timeline"),
    onMenuShareAppMessage: api("onMenuShareAppMessage", "friend"),
    onMenuShareTimeline: api("onMenuShareTimeline", "timeline"),
    miniProgram: { getEnv: function (fn) { later(fn, { miniprogram: false }); } }
  };
  ["closeWindow", "hideMenuItems", "showMenuItems", "hideOptionMenu", "showOptionMenu", "scanQRCode", "previewImage"]
    .forEach(function (name) { wx[name] = api(name); });
  wx.getNetworkType = api("getNetworkType", null, function () { return { networkType: "wifi" }; });
  window.wx = wx;
  window.jWeixin = wx;
})();
