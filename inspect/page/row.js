// One row as a tree: its values, its owner, what it owns, and what names it.

import { ask, poll } from "./api.js";
import { edit } from "./edit.js";
import { count, h, heading, problem, show } from "./dom.js";
import { address, changedColumns, keyName, label, reasonBadge, rowLink, tableNamed, value, world } from "./values.js";

const FATES = {
  removed: "removed with it",
  removed_with_owned: "owned, removed with it",
  set_null: "NULL after its removal",
  refused: "refuses its removal",
};

function goesAlong(group) {
  return group.on_removal === "removed" || group.on_removal === "removed_with_owned";
}

/** The table and columns of an incoming key. */
function incomingName(table, incoming) {
  const key = world.tables[table].incoming[incoming];
  const by = world.tables[key.table];
  return { by, column: keyName(by, key.key) };
}

function fields(row, { isSmall }) {
  const info = world.tables[row.place.table];
  const changed = changedColumns(row.unflushed);
  // A row that several columns name is shown beside the last of them.
  const targets = info.columns.map(() => []);
  row.targets.forEach((target, n) => targets[info.foreign_keys[n].column].push(target));
  row.targets_by_value.forEach((target, n) => targets[info.value_keys[n].columns.at(-1)].push(target));
  const lines = info.columns.map((name, n) => {
    if (isSmall && row.cells[n].null) return null;
    return h("tr", { class: changed?.has(n) || row.unflushed === "inserted" ? "is-changed" : null },
      h("th", {}, name),
      h("td", {}, value(row.cells[n]), targets[n].filter(Boolean).map((target) => [" → ", rowLink(target)])),
      h("td", { class: "tools" }, isSmall ? null : edit(row, n)));
  });
  return h("table", { class: "fields" }, h("tbody", {}, lines));
}

/** The rows of one group, which are opened one by one, and more of them when they are asked for. */
function group(place, naming, signal) {
  const { by, column } = incomingName(place.table, naming.incoming);
  const isOwned = naming.on_removal === "removed_with_owned";
  const name = isOwned ? world.tables[by.pivot_of].name : by.name;
  const list = h("ul");
  const add = (rows) => list.append(...rows.map((row) => h("li", {}, node(row.place, row.label, signal))));
  add(naming.rows);
  let from = naming.next;
  const more = h("button", {
    class: "more", hidden: from === null,
    onclick: async () => {
      const found = await ask("naming", { table: place.table, at: place.at, incoming: naming.incoming, from }, signal);
      add(found.rows);
      from = found.next;
      more.hidden = from === null;
    },
  }, "show more");
  return h("details", { class: "group", open: naming.n_rows <= 20 },
    h("summary", {}, h("b", {}, name), ` ${count(naming.n_rows)} `, h("small", {}, `by ${by.name}.${column}, ${FATES[naming.on_removal]}`)),
    list, more);
}

function groups(row, signal) {
  const along = row.naming.filter((naming) => goesAlong(naming) && !isOwnPivot(row, naming));
  const others = row.naming.filter((naming) => !goesAlong(naming));
  const part = (title, of) => of.length === 0 ? null
    : h("section", {}, h("h2", {}, title), of.map((naming) => group(row.place, naming, signal)));
  return [part("Owns, and what goes with it", along), part("Named by", others)];
}

/** The row of a pivot that says who owns this row: shown as its owner. */
function isOwnPivot(row, naming) {
  return world.tables[world.tables[row.place.table].incoming[naming.incoming].table].pivot_of === row.place.table;
}

/** A row in the tree: one line, until it is opened. */
function node(place, name, signal) {
  const inside = h("div", { class: "inside" });
  let isLoaded = false;
  const load = async (event) => {
    if (!event.target.open || isLoaded) return;
    isLoaded = true;
    try {
      const row = await ask("row", { table: place.table, at: place.at }, signal);
      inside.append(fields(row, { isSmall: true }), ...groups(row, signal).filter(Boolean));
    } catch (error) {
      if (error.name !== "AbortError") inside.append(problem(error));
    }
  };
  return h("details", { class: "node", ontoggle: load }, h("summary", {}, rowLink(place), " ", label(name)), inside);
}

function facts(row) {
  const pivot = row.owned ? ["about ", rowLink(row.owned)] : null;
  const owner = row.owner ? ["owned by ", rowLink(row.owner)] : null;
  return h("p", { class: "facts" },
    h("span", {}, "id ", h("b", {}, row.place.id)),
    row.key ? h("span", {}, "key ", h("b", {}, row.key)) : null,
    owner ? h("span", {}, owner) : null,
    pivot ? h("span", {}, pivot) : null,
    row.unflushed ? h("span", {}, reasonBadge(row.unflushed), " since the last flush") : h("span", { class: "quiet" }, "as in the file, or in flight"));
}

const EVENTS = { seen: "owned by", inserted: "new, owned by", given: "given to", removed: "removed" };

/** Who owned the row, as far as the program has kept it. */
function owners(history) {
  if (history.since === null) {
    return h("section", {}, h("h2", {}, "Owners"), h("p", { class: "quiet" }, "The program calls Inspector::answer. The owners are kept by answer_mut."));
  }
  const clock = (seconds) => new Date(Date.now() - (history.now - seconds) * 1000).toLocaleTimeString();
  const line = (event) => h("li", {}, h("small", {}, clock(event.seconds)), ` ${EVENTS[event.event]} `,
    event.owner ? rowLink(event.owner) : event.event === "removed" ? null : "nobody in this world");
  return h("section", { class: "owners" }, h("h2", {}, "Owners"),
    h("p", { class: "quiet" }, `All changes since ${clock(history.since)}; of earlier owners only those that somebody looked at. The last ${count(history.most)} changes of all rows are kept.`),
    h("ul", { class: "plain" }, history.events.map(line)));
}

export async function row(shown, [name, at], _parameters, signal) {
  const table = tableNamed(name);
  if (table < 0) throw new Error(`There is no table ${name}.`);
  const top = h("div");
  const values = h("div", { class: "scroll" });
  const tree = h("div", { class: "tree" });
  const past = h("div");
  // A pivot's row has no owner: the row that it is about has one.
  const hasPast = world.keeps_owners && world.tables[table].pivot_of === null;
  let naming = "";
  const look = async () => {
    let found;
    try {
      found = await ask("row", { table, at }, signal);
    } catch (error) {
      if (error.status !== 404) throw error;
      show(top, problem(error));
    }
    if (hasPast) {
      const history = await ask("owners", { table, at }, signal);
      show(past, history.events.some((event) => event.owner || event.event !== "seen") ? owners(history) : null);
    }
    if (!found) return;
    show(top, facts(found));
    if (!values.querySelector("form")) show(values, fields(found, { isSmall: false }));
    // The tree stays as it was opened, unless other rows belong to it.
    const now = JSON.stringify(found.naming);
    if (now !== naming) {
      const isFirst = naming === "";
      naming = now;
      if (isFirst || !tree.querySelector("details.node[open]")) tree.replaceChildren(...groups(found, signal).filter(Boolean));
    }
  };
  shown.append(heading(h("span", {}, h("a", { href: address("table", [name]) }, name), ` ${at}`),
    h("a", { class: "button", href: address("removal", [name, at]) }, "what would its removal take along?"),
    h("a", { class: "button", href: address("feed", [], { table: name, id: at }) }, "its changes")), top, values, past, tree);
  await poll(1000, signal, look);
}
