// The frame of the page: which view is shown, the list of tables, and whether the game answers.

import { ask, onConnection, onTroubles, poll } from "./api.js";
import { count, h, problem, show } from "./dom.js";
import { dirty } from "./dirty.js";
import { feed } from "./feed.js";
import { overview } from "./overview.js";
import { plots } from "./plots.js";
import { removal } from "./removal.js";
import { row } from "./row.js";
import { rows } from "./rows.js";
import { address, world } from "./values.js";

const VIEWS = { "": overview, table: rows, row, removal, dirty, feed, plots };
const MENU = [["", "Overview"], ["dirty", "Dirty rows"], ["feed", "Change feed"], ["plots", "Plots"]];

const main = document.getElementById("main");
const tables = document.getElementById("tables");
const status = document.getElementById("status");
const troubles = document.getElementById("troubles");

/** Ends the view that is shown. */
let ending = new AbortController();
let current = { view: "", parts: [] };

/** A part of an address; one that is not encoded as it should be is taken as it is. */
function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function place() {
  const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
  const [view, ...parts] = path.split("/").map(decoded);
  return { view: Object.hasOwn(VIEWS, view) ? view : "", parts, parameters: Object.fromEntries(new URLSearchParams(query ?? "")) };
}

async function open() {
  ending.abort();
  ending = new AbortController();
  const { signal } = ending;
  const { view, parts, parameters } = place();
  const isOther = view !== current.view || parts.join("/") !== current.parts.join("/");
  current = { view, parts };
  document.title = `${parts[0] ?? (view || "overview")} · gamedb inspector`;
  menu();
  if (isOther) scrollTo(0, 0);
  const shown = h("div", { class: `view view-${view || "overview"}` });
  main.replaceChildren(shown);
  try {
    await VIEWS[view](shown, parts, parameters, signal);
  } catch (error) {
    if (error.name !== "AbortError" && !signal.aborted) shown.append(problem(error));
  }
}

function menu() {
  const links = MENU.map(([view, name]) =>
    h("a", { href: address(view), "aria-current": view === current.view ? "page" : null }, name));
  show(document.getElementById("views"), links);
}

function list(sizes) {
  const items = world.tables.map((table, n) => {
    const size = sizes[n];
    const unflushed = size.dirty + size.removed;
    const isOpen = current.parts[0] === table.name;
    return h("a", { href: address("table", [table.name]), class: size.rows === 0 ? "is-empty" : null, "aria-current": isOpen ? "page" : null },
      h("span", { class: "name" }, table.name),
      unflushed > 0 ? h("span", { class: "dot", title: `up to ${count(unflushed)} rows differ from the file` }) : null,
      h("span", { class: "count" }, count(size.rows)));
  });
  show(tables, h("h2", {}, "Tables"), items);
}

const CONNECTIONS = { live: "live", failing: "cannot answer", gone: "no answer" };

function connection(state) {
  const light = state === "live" ? "is-live" : "is-gone";
  show(status, h("span", { class: `light ${light}` }), h("span", {}, CONNECTIONS[state]),
    h("code", { title: world.path }, world.path.split(/[\\/]/).pop()));
}

onConnection(connection);
onTroubles((messages) => show(troubles, messages.map((message) => problem({ message }))));

async function start() {
  try {
    Object.assign(world, await ask("schema"));
  } catch (error) {
    main.replaceChildren(problem(error));
    setTimeout(start, 1000);
    return;
  }
  addEventListener("hashchange", open);
  open();
  const forever = new AbortController().signal;
  poll(1000, forever, async () => {
    const answer = await ask("overview");
    list(answer.tables);
    dispatchEvent(new CustomEvent("overview", { detail: answer }));
  });
}

start();
