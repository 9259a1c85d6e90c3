// Flush times, rows and WAL pages over time, drawn as SVG.

import { ask, poll } from "./api.js";
import { bytes, count, h, heading, milliseconds, show, svg } from "./dom.js";

const WIDTH = 720;
const HEIGHT = 170;
const LEFT = 70;
const BOTTOM = 22;
const TOP = 8;
/** Seconds that are shown. */
const SPAN = 120;

/** A round number at or above this one. */
function ceiling(number) {
  if (number <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(number));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((round) => round >= number);
}

function plot(title, now, series, format, isBars) {
  const x = (at) => LEFT + ((at - (now - SPAN)) / SPAN) * (WIDTH - LEFT - 8);
  const inside = series.map((one) => one.points.filter(([at]) => at >= now - SPAN));
  const most = ceiling(Math.max(...inside.flat().map(([, value]) => value), 0));
  const y = (value) => HEIGHT - BOTTOM - (value / most) * (HEIGHT - BOTTOM - TOP);
  const lines = [0, 0.5, 1].map((part) => [
    svg("line", { class: "rule", x1: LEFT, x2: WIDTH - 8, y1: y(part * most), y2: y(part * most) }),
    svg("text", { class: "tick", x: LEFT - 8, y: y(part * most) + 4, "text-anchor": "end" }, format(part * most)),
  ]);
  const times = [0, 30, 60, 90, 120].map((ago) =>
    svg("text", { class: "tick", x: x(now - ago), y: HEIGHT - 5, "text-anchor": ago === 0 ? "end" : "middle" }, ago === 0 ? "now" : `−${ago} s`));
  const drawn = inside.map((points, n) => {
    if (isBars) {
      return points.map(([at, value]) => svg("line", { class: `bar series-${n}`, x1: x(at), x2: x(at), y1: y(0), y2: y(value) },
        svg("title", {}, `${series[n].name}: ${format(value)}`)));
    }
    return svg("polyline", { class: `line series-${n}`, points: points.map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" ") });
  });
  const last = (n) => (inside[n].length > 0 ? format(inside[n][inside[n].length - 1][1]) : "–");
  const legend = series.map((one, n) => h("span", { class: `key series-${n}` }, `${one.name} `, h("b", {}, last(n))));
  return h("figure", {}, h("figcaption", {}, h("span", {}, title), h("span", {}, legend)),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": title }, lines, times, drawn));
}

export async function plots(shown, _parts, _parameters, signal) {
  const drawn = h("div", { class: "plots" });
  shown.append(heading("Plots"), h("p", { class: "quiet" }, "The last two minutes."), drawn);
  let flushes = [];
  let sizes = [];
  let since = -1;
  await poll(1000, signal, async () => {
    const answer = await ask("plots", { since }, signal);
    since = answer.now;
    flushes = [...flushes, ...answer.flushes].slice(-600);
    sizes = [...sizes, ...answer.sizes].slice(-600);
    const of = (points, name, field) => ({ name, points: points.map((point) => [point.at, typeof field === "function" ? field(point) : point[field]]) });
    const whole = (number) => count(Math.round(number));
    show(drawn,
      plot("Flush time", answer.now, [of(flushes, "transaction", "writing_ms"), of(flushes, "game blocked", "took_ms")], milliseconds, true),
      plot("Rows written by a flush", answer.now, [of(flushes, "updated", "updated"), of(flushes, "inserted", "inserted"), of(flushes, "deleted", "deleted")], whole, true),
      plot("Pages in the write-ahead log", answer.now, [of(flushes, "pages", "wal_pages")], whole, false),
      plot("Rows of all tables", answer.now, [of(sizes, "rows", "rows"), of(sizes, "dirty at most", "dirty")], whole, false),
      plot("Memory", answer.now, [of(sizes, "memory", "bytes")], bytes, false),
      plot("Time for this page, of each second", answer.now, [of(sizes, "inspector", "inspector_ms")], milliseconds, true));
  });
}
