// All tables with their sizes, and the flushes in numbers.

import { ask } from "./api.js";
import { bytes, count, h, heading, milliseconds, show } from "./dom.js";
import { address, world } from "./values.js";

function tile(name, value, note) {
  return h("div", { class: "tile" }, h("div", { class: "tile-name" }, name), h("div", { class: "tile-value" }, value),
    h("div", { class: "tile-note" }, note ?? ""));
}

function hasMemory(answer) {
  return answer.tables.some((size) => (size.bytes ?? null) !== null);
}

function tiles(answer) {
  const sum = (of) => answer.tables.reduce((total, size) => total + (size[of] ?? 0), 0);
  const shown = [tile("rows", count(sum("rows")), `in ${world.tables.length} tables`)];
  // A file that no game has open is not in memory.
  if (hasMemory(answer)) shown.push(tile("memory", bytes(sum("bytes")), "without texts and blobs"));
  const flushes = answer.flushes;
  if (!flushes) return shown;
  const written = flushes.inserted + flushes.updated + flushes.deleted;
  return [
    ...shown,
    tile("dirty", count(sum("dirty") + sum("removed")), "rows for the next flush, at most"),
    tile("flushes", count(flushes.n_written), `${count(written)} rows, ${count(flushes.n_failed)} failed`),
    tile("last flush", milliseconds(flushes.last_took_ms), `${count(flushes.last_rows)} rows, longest ${milliseconds(flushes.longest_ms)}`),
    tile("write-ahead log", `${count(flushes.wal_pages)} pages`, flushes.is_in_flight ? "a flush is in flight" : `flush ${flushes.committed} in the file, ${flushes.durable} synced`),
  ];
}

function table(answer) {
  const most = Math.max(1, ...answer.tables.map((size) => size.bytes ?? 0));
  const lines = world.tables.map((info, n) => {
    const size = answer.tables[n];
    const bar = hasMemory(answer) ? h("meter", { min: 0, max: most, value: size.bytes ?? 0 }) : "";
    const what = info.pivot_of === null ? `${info.columns.length} ${info.columns.length === 1 ? "column" : "columns"}` : `owners of ${world.tables[info.pivot_of].name}`;
    return h("tr", {},
      h("td", {}, h("a", { href: address("table", [info.name]) }, info.name), " ", h("small", {}, what)),
      h("td", { class: "number" }, count(size.rows)),
      h("td", { class: "number" }, size.dirty > 0 ? h("a", { href: address("dirty", [info.name]) }, count(size.dirty)) : "0"),
      h("td", { class: "number" }, count(size.removed)),
      h("td", { class: "number" }, bytes(size.bytes)),
      h("td", { class: "bar" }, bar));
  });
  const names = ["table", "rows", "dirty", "removed", "memory"];
  const head = names.map((name, n) => h("th", { class: n > 0 ? "number" : null }, name));
  return h("table", { class: "grid" }, h("thead", {}, h("tr", {}, head, h("th", {}))), h("tbody", {}, lines));
}

export async function overview(shown, _parts, _parameters, signal) {
  const numbers = h("div", { class: "tiles" });
  const sizes = h("div", { class: "scroll" });
  shown.append(heading("Overview", h("code", { class: "path" }, world.path)), numbers, sizes);
  const draw = (answer) => {
    // What could not be answered when the view was opened.
    for (const old of shown.querySelectorAll(".problem")) old.remove();
    show(numbers, tiles(answer));
    show(sizes, table(answer));
  };
  addEventListener("overview", (event) => draw(event.detail), { signal });
  draw(await ask("overview", {}, signal));
}
