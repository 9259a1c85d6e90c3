// Writing one value, where the program allows it. The world checks it, and says why it refuses.

import { edit as send } from "./api.js";
import { h, problem, show } from "./dom.js";
import { kind, text, world } from "./values.js";

const TYPES = ["text", "integer", "real", "null"];

/** The lines of a text that a field shows at most without being scrolled. */
const LINES = 12;

function form(row, column, close) {
  const cell = row.cells[column];
  const type = h("select", { name: "type" }, TYPES.map((name) => h("option", { selected: name === kind(cell) }, name)));
  const original = cell.null ? "" : text(cell);
  // An input would take the line breaks out of a text.
  const input = h("textarea", { name: "value", rows: Math.min(original.split("\n").length, LINES), autocomplete: "off", spellcheck: "false" });
  input.value = original;
  if (input.value !== original) {
    // It has carriage returns, of which every field makes line feeds. Written back, it would be another text.
    const message = "This text has line breaks that a page cannot keep (carriage returns), so it cannot be edited here.";
    return h("form", { class: "edit" }, problem({ message }), h("button", { type: "button", onclick: close }, "Cancel"));
  }
  const says = h("div");
  // Enter is a line break in a text; with Ctrl it writes, and so it does alone where there are no lines.
  const key = (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || type.value !== "text") submit(event);
  };
  input.addEventListener("keydown", key);
  const submit = async (event) => {
    event.preventDefault();
    const value = type.value === "null" ? { null: true } : { [type.value]: input.value };
    try {
      await send({ table: row.place.table, at: row.place.at, column, value });
      close();
    } catch (error) {
      show(says, problem(error));
    }
  };
  return h("form", { class: "edit", onsubmit: submit }, type, input, h("button", {}, "Write"),
    h("button", { type: "button", onclick: close }, "Cancel"), says);
}

/** The button that opens the form; nothing if the program does not allow it, or a part of the value is not here. */
export function edit(row, column) {
  const cell = row.cells[column];
  if (!world.may_edit || cell.blob !== undefined || cell.bytes !== undefined) return null;
  const place = h("span");
  const close = () => place.replaceChildren(open());
  const open = () => h("button", { class: "quiet", onclick: () => {
    const shown = form(row, column, close);
    place.replaceChildren(shown);
    shown.querySelector("textarea, button").focus();
  } }, "edit");
  close();
  return place;
}
