// What a removal would take along. Nothing is removed.

import { askInParts } from "./api.js";
import { count, h, heading, show } from "./dom.js";
import { keyName, label, rowLink, tableNamed, world } from "./values.js";

function column(held) {
  const info = world.tables[held.place.table];
  return `${info.name}.${keyName(info, held.key)}`;
}

// While keys are being followed more rows are found, and until the end a row may turn out to go itself.
function numberOf(n_rows, preview) {
  if (!preview.is_followed) return `${count(n_rows)} so far`;
  return preview.is_done ? count(n_rows) : `at most ${count(n_rows)}`;
}

function held(rows, n_rows, preview, title, note) {
  if (n_rows === 0) return null;
  const number = numberOf(n_rows, preview);
  return h("section", {}, h("h2", {}, `${title} `, h("small", {}, number)), h("p", {}, note),
    h("ul", { class: "plain" }, rows.map((row) => h("li", {}, rowLink(row.place), ` names `, rowLink(row.of), h("small", {}, ` with ${column(row)}`)))),
    rows.length < n_rows ? h("p", { class: "quiet" }, `and ${count(n_rows - rows.length)} more`) : null);
}

function verdict(preview) {
  if (!preview.is_done) return h("p", { class: "verdict" }, `${count(preview.n_removed)} rows so far …`);
  if (preview.is_cut) return h("p", { class: "verdict is-refused" }, "More than 100,000 rows: they were not followed to the end.");
  if (preview.n_refusing > 0) return h("p", { class: "verdict is-refused" }, `Would be refused: ${count(preview.n_refusing)} rows name what would be gone.`);
  return h("p", { class: "verdict" }, `Would remove ${count(preview.n_removed)} rows.`);
}

function table(rows) {
  const info = world.tables[rows.table];
  const list = rows.rows.map((row) => h("li", {}, rowLink(row.place), " ", label(row.label)));
  return h("details", { class: "group", open: rows.n_rows <= 10 },
    h("summary", {}, h("b", {}, info.name), ` ${count(rows.n_rows)}`), h("ul", { class: "plain" }, list),
    rows.rows.length < rows.n_rows ? h("p", { class: "quiet" }, `and ${count(rows.n_rows - rows.rows.length)} more`) : null);
}

export async function removal(shown, [name, at], _parameters, signal) {
  const of = tableNamed(name);
  if (of < 0) throw new Error(`There is no table ${name}.`);
  const found = h("div");
  shown.append(heading(h("span", {}, "Removal of ", rowLink({ table: of, at, id: at }))),
    h("p", { class: "quiet" }, "What would be removed if the game removed this row now. Looking removes nothing."), found);
  await askInParts("removal", { table: of, at }, signal, (preview) => {
    show(found, verdict(preview),
      held(preview.refusing, preview.n_refusing, preview, "Refused by", "These rows stay, and would name a row that is gone."),
      preview.removed.length > 0 ? h("section", {}, h("h2", {}, "Removed"), preview.removed.map(table)) : null,
      held(preview.set_null, preview.n_set_null, preview, "Set to NULL", "These rows stay, and name nothing afterwards."));
  });
}
