// The rows of one table: searched, sorted, a page at a time.

import { askInParts } from "./api.js";
import { count, h, heading, problem, show } from "./dom.js";
import { address, changedColumns, reasonBadge, rowAddress, rowLink, tableNamed, value, world } from "./values.js";

const PAGE = 50;

/** The places at which the pages before this one begin, by table and search: rows are read forwards. */
const before = new Map();

function searchBox(name, info, parameters) {
  const box = h("input", {
    type: "search", name: "query", value: parameters.query ?? "", autocomplete: "off", spellcheck: "false",
    placeholder: `a word, ${info.columns[0]}=value, ${info.id}>100, ${info.columns[0]}~part`, "aria-label": "Search",
  });
  const submit = (event) => {
    event.preventDefault();
    location.hash = address("table", [name], { query: box.value.trim(), sort: parameters.sort, descending: parameters.descending });
  };
  return h("form", { class: "search", onsubmit: submit }, box, h("button", {}, "Search"));
}

function head(name, info, parameters) {
  const column = (title, sort) => {
    const isSorted = parameters.sort === sort;
    const descending = isSorted && parameters.descending !== "1" ? "1" : null;
    const isLast = isSorted && parameters.descending === "1";
    const to = isLast ? {} : { sort, descending };
    const arrow = isSorted ? (parameters.descending === "1" ? " ↓" : " ↑") : "";
    return h("th", { "aria-sort": isSorted ? (parameters.descending === "1" ? "descending" : "ascending") : null },
      h("a", { href: address("table", [name], { query: parameters.query, ...to }) }, `${title}${arrow}`));
  };
  return h("tr", {}, column(info.id, "id"), info.columns.map((title, n) => column(title, String(n))), h("th", {}));
}

function line(table, info, row) {
  const changed = changedColumns(row.unflushed);
  const targets = new Map(info.foreign_keys.filter((key) => key.table !== null).map((key) => [key.column, key.table]));
  const cells = row.cells.map((cell, n) => {
    const shown = value(cell);
    // A pivot's row is not found by its id.
    const target = targets.get(n);
    const isLink = target !== undefined && cell.integer !== undefined && world.tables[target].pivot_of === null;
    const to = isLink ? h("a", { href: rowAddress({ table: target, at: cell.integer }) }, shown) : shown;
    return h("td", { class: changed?.has(n) ? "is-changed" : null }, to);
  });
  const reason = row.unflushed === undefined ? null : reasonBadge(row.unflushed);
  return h("tr", {}, h("td", { class: "id" }, rowLink({ table, at: row.at, id: row.id }, row.id)), cells, h("td", {}, reason));
}

function progress(page) {
  if (page.is_done) return null;
  const part = page.n_rows === 0 ? 1 : page.n_scanned / page.n_rows;
  return h("div", { class: "progress" }, h("progress", { max: 1, value: part }),
    ` ${count(page.n_scanned)} of ${count(page.n_rows)} rows searched, ${count(page.n_found)} found`);
}

function summary(page, parameters) {
  const skip = Number(parameters.skip ?? 0);
  if (page.rows.length === 0) return page.is_done ? "no rows" : "";
  if (parameters.sort !== undefined) {
    return `rows ${count(skip + 1)} to ${count(skip + page.rows.length)} of ${count(page.n_found)}`;
  }
  const isSearched = (parameters.query ?? "") !== "";
  return isSearched ? `${count(page.rows.length)} rows on this page` : `${count(page.rows.length)} of ${count(page.n_rows)} rows`;
}

function pager(name, parameters, page) {
  const { query, sort, descending } = parameters;
  const to = (more, title, isThere) =>
    h("a", { class: "button", href: isThere ? address("table", [name], { query, sort, descending, ...more }) : null, "aria-disabled": isThere ? null : "true" }, title);
  if (sort !== undefined) {
    const skip = Number(parameters.skip ?? 0);
    const next = skip + PAGE;
    return h("div", { class: "pager" },
      to({ skip: skip > PAGE ? skip - PAGE : null }, "← Previous", skip > 0),
      to({ skip: next }, "Next →", page.is_done && next < Math.min(page.n_found, 2000)));
  }
  const series = `${name} ${query ?? ""}`;
  const starts = before.get(series) ?? [];
  const at = starts.indexOf(parameters.from ?? "");
  const known = at < 0 ? [...starts, parameters.from ?? ""] : starts.slice(0, at + 1);
  before.set(series, known);
  const previous = known.length > 1 ? known[known.length - 2] : "";
  return h("div", { class: "pager" },
    to({}, "⇤ First", parameters.from !== undefined),
    to({ from: previous }, "← Previous", known.length > 1),
    to({ from: page.next }, "Next →", page.next !== null));
}

export async function rows(shown, [name], parameters, signal) {
  const table = tableNamed(name);
  if (table < 0) throw new Error(`There is no table ${name}.`);
  const info = world.tables[table];
  const body = h("tbody");
  const note = h("div", { class: "note" });
  const foot = h("div", { class: "foot" });
  const beside = [
    h("a", { class: "button", href: address("dirty", [name]) }, "dirty rows"),
    h("a", { class: "button", href: address("feed", [], { table: name }) }, "changes"),
  ];
  shown.append(heading(name, ...beside), searchBox(name, info, parameters), note,
    h("div", { class: "scroll" }, h("table", { class: "grid rows" }, h("thead", {}, head(name, info, parameters)), body)), foot);
  const { query, sort, descending, skip, from } = parameters;
  const asked = { table, query, sort, descending, skip, from, limit: PAGE };
  try {
    await askInParts("rows", asked, signal, (page) => {
      show(body, page.rows.map((row) => line(table, info, row)));
      show(note, progress(page));
      show(foot, h("span", {}, summary(page, parameters)), pager(name, parameters, page));
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    show(note, problem(error));
  }
}
