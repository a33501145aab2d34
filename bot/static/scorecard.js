// The line of the last six months. The same numbers stand in the table below it.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector("[data-trend]");
  if (!place || !window.echarts) return;
  const trend = JSON.parse(place.dataset.trend);
  const style = getComputedStyle(document.documentElement);
  const colours = ["--ink-2", "--act", "--late"].map((name) => style.getPropertyValue(name).trim());
  const rates = trend.lines.flatMap((line) => line.rates).filter((rate) => rate !== null);
  if (!rates.length) {
    place.textContent = "近 6 个月每月都不足 10 件，画不成线，看下面的件数。";
    place.style.height = "auto";
    return;
  }
  const chart = echarts.init(place, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    aria: { enabled: true },
    textStyle: { fontFamily: style.getPropertyValue("--tblr-font-sans-serif"), fontSize: 12 },
    grid: { left: 52, right: 150, top: 14, bottom: 28 },
    xAxis: { type: "category", data: trend.months, boundaryGap: false, axisLabel: { color: colours[0] } },
    yAxis: {
      type: "value", interval: 5, max: 100, min: Math.max(0, Math.floor((Math.min(...rates) - 3) / 5) * 5),
      axisLabel: { formatter: "{value}%", color: colours[0] }, splitLine: { lineStyle: { color: "#dde3ea" } },
    },
    series: trend.lines.map((line, n) => ({
      name: line.name, type: "line", data: line.rates, symbol: line.mark, symbolSize: 8, color: colours[n],
      connectNulls: false, labelLayout: { moveOverlap: "shiftY" },
      endLabel: { show: true, formatter: (one) => `${line.name} ${one.value}%`, color: colours[n], fontSize: 13 },
    })),
  });
  window.addEventListener("resize", () => chart.resize());
});
