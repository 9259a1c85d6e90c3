// Elements. What comes from the world is always a text node, never HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** An HTML element with attributes, listeners (`onclick`) and children. Strings become text nodes. */
export function h(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** An SVG element. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Replaces all children, unless they look the same: a selection or a focus in them stays. */
export function show(element, ...children) {
  const next = h("div", {}, ...children);
  if (element.childNodes.length === next.childNodes.length) {
    const same = [...element.childNodes].every((node, n) => node.isEqualNode(next.childNodes[n]));
    if (same) return;
  }
  element.replaceChildren(...next.childNodes);
}

/** A heading with what belongs beside it. */
export function heading(text, ...beside) {
  return h("div", { class: "heading" }, h("h1", {}, text), ...beside);
}

/** A message in place of something that cannot be shown. */
export function problem(error) {
  return h("p", { class: "problem", role: "alert" }, error.message ?? String(error));
}

/** A number for people: 1,234,567. */
export function count(number) {
  return Number(number).toLocaleString("en-US");
}

/** Bytes for people. */
export function bytes(number) {
  if (number === null || number === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  let value = number;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** Milliseconds for people. */
export function milliseconds(value) {
  if (value === 0) return "0";
  if (value < 1) return `${Math.round(value * 1000)} µs`;
  if (value >= 100) return `${count(Math.round(value))} ms`;
  return `${value < 10 ? value.toFixed(2) : value.toFixed(1)} ms`;
}
