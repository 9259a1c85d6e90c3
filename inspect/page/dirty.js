// The rows that differ from the file, as they come and go, with the reason.

import { ask, poll } from "./api.js";
import { count, h, heading, show } from "./dom.js";
import { address, reasonBadge, rowLink, tableNamed, value, world } from "./values.js";

/** How long a row that has come or gone stands out. */
const FRESH = 1500;

function values(info, row) {
  const columns = row.reason === "inserted" ? info.columns.map((_, n) => n) : row.reason.changed;
  const isShown = (n) => row.reason !== "inserted" || !row.cells[n].null;
  return columns.map((column, n) => isShown(n)
    ? h("span", { class: "assignment" }, h("b", {}, info.columns[column]), " = ", value(row.cells[n])) : null);
}

function line(info, row, since, now) {
  const isNew = since !== undefined && now - since < FRESH;
  return h("tr", { class: isNew ? "is-fresh" : null },
    h("td", { class: "id" }, rowLink(row.place)), h("td", {}, reasonBadge(row.reason)), h("td", {}, values(info, row)));
}

function section(table, seen, now) {
  const info = world.tables[table.table];
  const lines = table.rows.map((row) => line(info, row, seen.get(`${table.table} ${row.place.at}`), now));
  const removed = table.removed.map((id) => h("tr", {},
    h("td", { class: "id" }, `${info.name} ${id}`), h("td", {}, reasonBadge("removed")), h("td", { class: "quiet" }, "still in the file")));
  const hidden = table.most - table.rows.length;
  return h("section", {},
    h("h2", {}, h("a", { href: address("dirty", [info.name]) }, info.name), " ",
      h("small", {}, `${count(table.most)} inserted or changed at most, ${count(table.n_removed)} removed`)),
    h("div", { class: "scroll" }, h("table", { class: "grid" }, h("tbody", {}, lines, removed))),
    hidden > 0 && table.rows.length > 0 ? h("p", { class: "quiet" }, `the newest ${count(table.rows.length)}; up to ${count(hidden)} more`) : null);
}

export async function dirty(shown, [name], _parameters, signal) {
  const only = name === undefined ? null : tableNamed(name);
  if (only !== null && only < 0) throw new Error(`There is no table ${name}.`);
  const found = h("div");
  shown.append(heading(name ? `Dirty rows of ${name}` : "Dirty rows",
    name ? h("a", { class: "button", href: address("dirty") }, "all tables") : null),
    h("p", { class: "quiet" }, "What the next flush writes: new rows, changed columns with their values now, removed rows. Rows that are staged or in flight count as clean."), found);
  // When each row was first seen.
  let seen = new Map();
  let isFirst = true;
  await poll(500, signal, async () => {
    const { tables } = await ask("dirty", { table: only }, signal);
    const now = performance.now();
    const next = new Map();
    for (const table of tables) {
      for (const row of table.rows) {
        const key = `${table.table} ${row.place.at}`;
        next.set(key, seen.get(key) ?? (isFirst ? -FRESH : now));
      }
    }
    seen = next;
    isFirst = false;
    const some = tables.filter((table) => table.rows.length + table.n_removed > 0);
    show(found, some.length === 0 ? h("p", { class: "verdict" }, "Nothing: the file has everything.") : some.map((table) => section(table, seen, now)));
  });
}
