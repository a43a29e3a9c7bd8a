/* The board: tables follow the figures, charts are drawn from them in the page's own colours. Everything drawn stands in a table too. */
(function () {
  "use strict";
  const SVG = "http://www.w3.org/2000/svg";
  const live = window.liveFigures;
  if (!live) return;
  const charts = {};
  let latest = null;

  function make(tag, text, parent) {
    const one = document.createElement(tag);
    if (text) one.textContent = text;
    if (parent) parent.appendChild(one);
    return one;
  }
  function bar(parent) {
    const svg = document.createElementNS(SVG, "svg"), rect = document.createElementNS(SVG, "rect");
    [["class", "fig__bar"], ["viewBox", "0 0 100 1"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"], ["focusable", "false"]]
      .forEach((pair) => svg.setAttribute(pair[0], pair[1]));
    rect.setAttribute("height", "1");
    svg.appendChild(rect);
    parent.appendChild(svg);
  }
  function newRow(row) {
    const line = document.createElement("tr"), head = make("th", "", line);
    line.dataset.key = row.key;
    head.scope = "row";
    make("span", row.label, head);
    if (row.note) make("small", row.note, head);
    bar(head);
    row.cells.forEach(() => make("td", "", line));
    return line;
  }
  function fillTable(table, rows) {
    const body = table.tBodies[0], known = {};
    Array.from(body.rows).forEach((line) => { known[line.dataset.key] = line; });
    rows.forEach((row, index) => {
      const line = known[row.key] || newRow(row);
      line.querySelector("rect").setAttribute("width", row.share);
      Array.from(line.cells).slice(1).forEach((cell, i) => {
        const text = live.shown(row.cells[i]);
        if (cell.textContent !== text) cell.textContent = text;
      });
      if (body.rows[index] !== line) body.insertBefore(line, body.rows[index] || null);
    });
  }
  function fillSeries(table, series) {
    Array.from(table.tBodies[0].rows).forEach((line, i) => {
      [series.labels[i], series.ballots[i], series.held[i], series.challenged[i]].forEach((value, column) => {
        const text = live.shown(value), cell = line.cells[column];
        if (cell.textContent !== text) cell.textContent = text;
      });
    });
  }

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }
  function frame(labels, legend) {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const faint = { lineStyle: { color: colour("line") } };
    return {
      animation: !still, animationDuration: 300, animationDurationUpdate: 300,
      textStyle: { color: colour("ink2"), fontFamily: getComputedStyle(document.body).fontFamily },
      grid: { left: 48, right: 12, top: 16, bottom: 28 },
      /* As rich text: a tooltip of HTML would need style attributes, which the page's policy refuses. */
      tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: colour("paper"), borderColor: colour("edge"), textStyle: { color: colour("ink") }, axisPointer: { lineStyle: { color: colour("edge") }, animation: false } },
      xAxis: { type: "category", data: labels, axisLine: faint, axisTick: { show: false }, axisLabel: { color: colour("ink2") } },
      yAxis: { type: "value", minInterval: 1, splitLine: faint, axisLabel: { color: colour("ink2") } },
      series: legend
    };
  }
  function line(name, data, tone, filled) {
    return { name: name, type: "line", data: data, showSymbol: false, lineStyle: { width: 2 }, itemStyle: { color: colour(tone) }, areaStyle: filled ? { opacity: 0.12 } : null };
  }
  function options(place, figures) {
    if (place.dataset.chart === "days") {
      const days = figures.tables.days, heads = Array.from(document.querySelectorAll("[data-table=days] thead th")).slice(1);
      return frame(days.map((day) => day.key.slice(5)), ["go", "gold", "red"].map((tone, i) => ({
        name: heads[i].textContent, type: "bar", stack: "all", barMaxWidth: 40, itemStyle: { color: colour(tone) }, data: days.map((day) => day.cells[i])
      })));
    }
    const series = figures.series[place.dataset.chart];
    return frame(series.labels, [line(place.dataset.ballots, series.ballots, "go-on", true), line(place.dataset.held, series.held, "gold", false)]);
  }
  function draw() {
    if (!window.echarts || !latest) return;
    Array.from(document.querySelectorAll("[data-chart]")).forEach((place) => {
      place.hidden = false;
      const name = place.dataset.chart;
      if (!charts[name]) charts[name] = window.echarts.init(place, null, { renderer: "canvas" });
      const option = options(place, latest);
      option.aria = { enabled: true, label: { description: place.getAttribute("aria-label") } };
      charts[name].setOption(option);
    });
  }
  window.addEventListener("resize", () => Object.keys(charts).forEach((name) => charts[name].resize()));
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  if (dark.addEventListener) dark.addEventListener("change", draw); else dark.addListener(draw);

  live.start((figures) => {
    latest = figures;
    Object.keys(figures.tables).forEach((name) => {
      const table = document.querySelector("[data-table=" + name + "]");
      if (table) fillTable(table, figures.tables[name]);
    });
    const minutes = document.querySelector("[data-series=hour]");
    if (minutes) fillSeries(minutes, figures.series.hour);
    draw();
  });
})();
