"use strict";
const view = document.getElementById("view");
const picture = document.getElementById("picture");
const search = document.getElementById("search");
const found = document.getElementById("found");
const tables = [...picture.querySelectorAll("g[data-table]")];
const edges = [...picture.querySelectorAll("g[data-from]")];
const all = found.textContent;
let x = 0, y = 0, scale = 1, held = null;

function show() {
    picture.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
}

function whole() {
    const [width, height] = [picture.width.baseVal.value, picture.height.baseVal.value];
    scale = Math.min(view.clientWidth / width, view.clientHeight / height, 1);
    x = (view.clientWidth - width * scale) / 2;
    y = (view.clientHeight - height * scale) / 2;
    show();
}

// Lights a table up, with what it points to and what points to it.
function point(name) {
    picture.classList.toggle("pointing", name !== null);
    const near = new Set([name]);
    for (const edge of edges) {
        const { from, to } = edge.dataset;
        const lit = name !== null && (from === name || to === name);
        edge.classList.toggle("lit", lit);
        if (lit) {
            near.add(from).add(to);
        }
    }
    for (const table of tables) {
        table.classList.toggle("lit", near.has(table.dataset.table));
    }
}

view.addEventListener("wheel", (event) => {
    event.preventDefault();
    const by = Math.exp(-event.deltaY / 500);
    const next = Math.min(Math.max(scale * by, 0.02), 8);
    const box = view.getBoundingClientRect();
    const [px, py] = [event.clientX - box.left, event.clientY - box.top];
    x = px - (px - x) * (next / scale);
    y = py - (py - y) * (next / scale);
    scale = next;
    show();
}, { passive: false });

view.addEventListener("pointerdown", (event) => {
    held = { x: event.clientX - x, y: event.clientY - y, moved: false };
});

window.addEventListener("pointermove", (event) => {
    if (held) {
        held.moved = true;
        view.classList.add("moving");
        x = event.clientX - held.x;
        y = event.clientY - held.y;
        show();
    }
});

window.addEventListener("pointerup", () => {
    held = null;
    view.classList.remove("moving");
});

for (const table of tables) {
    table.addEventListener("pointerenter", () => held || point(table.dataset.table));
    table.addEventListener("pointerleave", () => held || point(null));
}

search.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    picture.classList.toggle("searching", wanted !== "");
    const hits = tables.filter((table) => {
        const hit = wanted !== "" && table.textContent.toLowerCase().includes(wanted);
        table.classList.toggle("hit", hit);
        return hit;
    });
    found.textContent = wanted === "" ? all : `${hits.length} of ${all}`;
    if (hits.length > 0) {
        const box = hits[0].getBoundingClientRect();
        x += view.clientWidth / 2 - (box.left + box.width / 2);
        y += view.clientHeight / 2 - (box.top + box.height / 2);
        show();
    }
});

document.getElementById("whole").addEventListener("click", whole);
whole();
