/* The screen in the hall: nobody touches it. Categories take turns; what is shown stays while the line is down. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg", TURN = 12000;
  const live = window.liveFigures, place = document.querySelector("[data-groups]");
  const chartPlace = document.querySelector("[data-chart]"), page = document.querySelector(".hall__page");
  if (!live) return;
  let chart = null, turn = 0;

  function make(tag, name, text, parent) {
    const one = document.createElement(tag);
    if (name) one.className = name;
    if (text !== "") one.textContent = text;
    parent.appendChild(one);
    return one;
  }
  function row(one, list) {
    const line = make("li", "", "", list);
    make("span", "hall__rank", one.rank, line);
    const who = make("span", "hall__who", "", line);
    make("b", "", one.name, who);
    make("small", "", place.dataset.number.replace("{n}", one.number) + " · " + one.organisation, who);
    const count = make("span", "hall__count", "", line);
    make("b", "", live.shown(one.count), count);
    count.appendChild(document.createTextNode(" " + place.dataset.votes));
    const svg = document.createElementNS(SVG, "svg"), rect = document.createElementNS(SVG, "rect");
    [["viewBox", "0 0 100 1"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"], ["focusable", "false"]].forEach((pair) => svg.setAttribute(pair[0], pair[1]));
    rect.setAttribute("height", "1");
    rect.setAttribute("width", one.share);
    svg.appendChild(rect);
    line.appendChild(svg);
  }
  function groups(all) {
    place.hidden = all.length === 0;
    page.classList.toggle("hall__page--totals", all.length === 0);
    place.textContent = "";
    all.forEach((group) => {
      const box = make("div", "hall__group", "", place);
      if (group.name) make("h2", "", group.name, box);
      const list = make("ol", "", "", box);
      list.setAttribute("role", "list");
      group.rows.forEach((one) => row(one, list));
    });
    showTurn();
  }
  function showTurn() {
    const all = Array.from(place.children);
    all.forEach((one, i) => { one.hidden = i !== turn % all.length; });
  }
  function draw(hour) {
    if (!window.echarts) return;
    if (!chart) chart = window.echarts.init(chartPlace, null, { renderer: "canvas" });
    const size = Math.max(12, Math.round(window.innerWidth / 90)), pale = "rgba(255,255,255,.8)";
    chart.setOption({
      animation: !window.matchMedia("(prefers-reduced-motion: reduce)").matches, animationDurationUpdate: 400,
      grid: { left: size * 4, right: size, top: size, bottom: size * 2 },
      xAxis: { type: "category", data: hour.labels, boundaryGap: false, axisLine: { lineStyle: { color: pale } }, axisTick: { show: false }, axisLabel: { color: pale, fontSize: size } },
      yAxis: { type: "value", minInterval: 1, splitNumber: 3, splitLine: { lineStyle: { color: "rgba(255,255,255,.15)" } }, axisLabel: { color: pale, fontSize: size } },
      series: [{ type: "line", data: hour.ballots, showSymbol: false, lineStyle: { width: 4, color: "#f6c667" }, areaStyle: { color: "#f6c667", opacity: 0.2 } }],
      aria: { enabled: true, label: { description: chartPlace.getAttribute("aria-label") } }
    });
  }
  let size = 0;
  window.addEventListener("resize", () => { clearTimeout(size); size = setTimeout(() => { if (chart) chart.resize(); }, 200); });
  setInterval(() => { turn += 1; showTurn(); }, TURN);
  const full = document.querySelector("[data-full]");
  if (full && document.documentElement.requestFullscreen) {
    full.hidden = false;
    full.addEventListener("click", () => document.documentElement.requestFullscreen());
    document.addEventListener("fullscreenchange", () => { full.hidden = Boolean(document.fullscreenElement); if (chart) chart.resize(); });
  }
  live.start((figures) => { groups(figures.groups); draw(figures.hour); });
})();
