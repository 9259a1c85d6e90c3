// The change feed, live: net effects of each tick, filtered by table or row.

import { ask, poll } from "./api.js";
import { count, h, heading, show } from "./dom.js";
import { address, reasonBadge, tableNamed, world } from "./values.js";

/** Lines that stay on the page. */
const KEPT = 300;

function line(change) {
  const info = world.tables[change.table];
  const columns = change.effect.changed?.map((column) => info.columns[column]).join(", ");
  // A pivot's row has its place elsewhere: it is found by the row that it is about.
  const name = `${info.name} ${change.id}`;
  const row = info.pivot_of !== null || change.effect === "removed" ? name
    : h("a", { class: "row-link", href: address("row", [info.name, change.id]) }, name);
  return h("tr", {}, h("td", { class: "number quiet" }, change.seconds.toFixed(2)), h("td", { class: "id" }, row),
    h("td", {}, reasonBadge(change.effect)), h("td", {}, columns ?? ""));
}

function filter(parameters) {
  const tables = h("select", { name: "table", "aria-label": "Table" }, h("option", { value: "" }, "all tables"),
    world.tables.map((table) => h("option", { value: table.name, selected: table.name === parameters.table }, table.name)));
  const id = h("input", { name: "id", inputmode: "numeric", placeholder: "id", value: parameters.id ?? "", "aria-label": "Id", autocomplete: "off" });
  const submit = (event) => {
    event.preventDefault();
    location.hash = address("feed", [], { table: tables.value, id: id.value.trim() });
  };
  return h("form", { class: "search", onsubmit: submit, onchange: submit }, tables, id, h("button", {}, "Filter"));
}

export async function feed(shown, _parts, parameters, signal) {
  const table = parameters.table === undefined ? null : tableNamed(parameters.table);
  if (table !== null && table < 0) throw new Error(`There is no table ${parameters.table}.`);
  const note = h("div", { class: "note" });
  const body = h("tbody");
  let isPaused = false;
  const pause = h("button", { onclick: () => {
    isPaused = !isPaused;
    pause.textContent = isPaused ? "Go on" : "Pause";
  } }, "Pause");
  shown.append(heading("Change feed", pause), filter(parameters), note,
    h("div", { class: "scroll" }, h("table", { class: "grid feed" }, body)));
  let since = 0;
  let watch = null;
  let began = "this page was opened";
  /** Changes that came and went between two questions. */
  let lost = 0;
  await poll(500, signal, async () => {
    const seen = await ask("feed", { table, id: parameters.id, since, watch }, signal);
    if (!seen.is_followed) {
      show(note, h("p", { class: "problem" }, "The program calls Inspector::answer. The change feed needs answer_mut: to subscribe changes the world."));
      return;
    }
    if (watch !== null && seen.watch !== watch) {
      // The program forgets a page that has not asked for some seconds, because it was hidden.
      began = `${new Date().toLocaleTimeString()}, when this page was seen again (what came before that is missing)`;
      since = 0;
      lost = 0;
    }
    watch = seen.watch;
    const missed = seen.n_missed > 0 ? `, ${count(seen.n_missed)} times more than fits` : "";
    const unlisted = seen.n_omitted + lost + seen.n_lost;
    show(note, h("p", { class: "quiet" }, `${count(seen.n_seen)} changes since ${began}, ${count(unlisted)} of them not listed${missed}`));
    if (isPaused) return;
    lost += seen.n_lost;
    since = seen.next;
    body.prepend(...seen.changes.reverse().map(line));
    while (body.children.length > KEPT) body.lastChild.remove();
  });
}
