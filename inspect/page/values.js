// The schema, and values and rows as elements.

import { h } from "./dom.js";

/** The tables of the world, and what may be done. Set once, when the page is opened. */
export const world = { path: "", tables: [], may_edit: false, keeps_owners: false };

export function tableNamed(name) {
  return world.tables.findIndex((table) => table.name === name);
}

/** The address of a view, in the part of the URL that is not sent anywhere. */
export function address(view, parts = [], parameters = {}) {
  const given = Object.entries(parameters).filter(([, value]) => value !== null && value !== undefined && value !== "");
  const path = [view, ...parts].map(encodeURIComponent).join("/");
  const query = new URLSearchParams(given).toString();
  return `#/${path}${query === "" ? "" : `?${query}`}`;
}

export function rowAddress(place) {
  return address("row", [world.tables[place.table].name, place.at]);
}

/** The positions of the columns of a key of a table: a foreign key, or one by value. */
export function keyColumns(table, key) {
  return key.foreign !== undefined ? [table.foreign_keys[key.foreign].column] : table.value_keys[key.by_value].columns;
}

/** The names of the columns of a key of a table. */
export function keyName(table, key) {
  return keyColumns(table, key).map((column) => table.columns[column]).join(", ");
}

/** A link to a row. */
export function rowLink(place, label) {
  const name = world.tables[place.table].name;
  return h("a", { class: "row-link", href: rowAddress(place), title: `${name} ${place.id}` }, label ?? `${name} ${place.id}`);
}

/** What a value is, for the colour that it is shown in. */
export function kind(cell) {
  return Object.keys(cell)[0];
}

/** A value as plain text. */
export function text(cell) {
  if (cell.null) return "NULL";
  if (cell.blob !== undefined) return `${cell.blob}${cell.bytes * 2 > cell.blob.length ? "…" : ""}`;
  return cell.integer ?? cell.real ?? cell.text;
}

/** A value as an element. A cut text says how long it is. */
export function value(cell) {
  const of = kind(cell);
  const shown = h("span", { class: `value ${of}` }, text(cell));
  if (of === "text" && cell.text === "") shown.append(h("i", {}, "empty"));
  if (cell.bytes !== undefined) {
    return h("span", {}, shown, of === "text" ? "… " : " ", h("small", {}, `${cell.bytes} bytes`));
  }
  return shown;
}

/** Positions of the changed columns, or null. */
export function changedColumns(reason) {
  return reason && reason.changed ? new Set(reason.changed) : null;
}

/** Why a row is dirty. */
export function reasonBadge(reason) {
  if (!reason) return null;
  if (reason === "inserted") return h("span", { class: "badge inserted" }, "inserted");
  if (reason === "removed") return h("span", { class: "badge removed" }, "removed");
  return h("span", { class: "badge changed" }, "changed");
}

/** A label of a row in a list: its first text. */
export function label(cell) {
  return cell ? h("span", { class: "label" }, text(cell)) : null;
}
