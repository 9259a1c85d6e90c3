// Writing one value, where the program allows it. The world checks it, and says why it refuses.

import { edit as send } from "./api.js";
import { h, problem, show } from "./dom.js";
import { kind, text, world } from "./values.js";

const TYPES = ["text", "integer", "real", "null"];

function form(row, column, close) {
  const cell = row.cells[column];
  const type = h("select", { name: "type" }, TYPES.map((name) => h("option", { selected: name === kind(cell) }, name)));
  const input = h("input", { name: "value", value: cell.null ? "" : text(cell), autocomplete: "off" });
  const says = h("div");
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
    shown.querySelector("input").focus();
  } }, "edit");
  close();
  return place;
}
