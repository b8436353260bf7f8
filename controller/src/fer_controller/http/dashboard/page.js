import { nowMs } from "./api.js";

const SVG = "http://www.w3.org/2000/svg";
const AGES = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
const NOTHING = "–";

export const MOST_ROWS = 200;
export const find = (id) => document.getElementById(id);

export function element(name, properties = {}, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
}

export function shape(name, attributes = {}, ...children) {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
}

/** Makes a scrolling table of every element with data-columns; # marks a column of numbers. */
export function makeTables() {
    for (const place of document.querySelectorAll("[data-columns]")) {
        Object.assign(place, { role: "region", tabIndex: 0 });
        const heads = element("tr", {}, ...place.dataset.columns.split(/\s*\|/).map(head));
        const body = element("tbody", { id: place.dataset.rows });
        place.append(element("table", {}, element("thead", {}, heads), body));
    }
}

function head(column) {
    const className = column.startsWith("#") ? "number" : "";
    return element("th", { scope: "col", className, textContent: column.replace("#", "") });
}

export function number(value, digits = 0) {
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return { text: known(value) ? value.toLocaleString("en", format) : NOTHING, className: "number" };
}

export const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);
export const figure = (value) => cell(known(value) ? Number(value.toPrecision(3)) : NOTHING);
export const cell = (text, className = "number") => ({ text: String(text), className });
export const count = (many, one, several = `${one}s`) => `${many.toLocaleString("en")} ${many === 1 ? one : several}`;
export const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : NOTHING);
export const badge = (state) => ({ text: words(state), className: `state ${state}` });
export const words = (name) => name.replaceAll("_", " ");
export const megabytes = (bytes) => number(bytes / 1e6, 2);
export const known = (value) => value !== null && value !== undefined;

export function ago(time) {
    if (!time) return NOTHING;
    const ageS = Math.max(0, (nowMs() - Date.parse(time)) / 1000);
    const [unit, lengthS] = AGES.find(([, lengthS]) => ageS >= lengthS) ?? ["s", 1];
    return { text: `${Math.floor(ageS / lengthS)} ${unit} ago`, title: time, className: "number" };
}

export function clock(time) {
    const date = new Date(time);
    const today = date.toDateString() === new Date(nowMs()).toDateString();
    const style = { dateStyle: today ? undefined : "medium", timeStyle: "medium" };
    return { text: date.toLocaleString("en-GB", style), title: time };
}

/** Makes the rows of a table's body those of the items; what stays the same stays untouched, focus included. */
export function fill(body, items, key, cells) {
    const wanted = new Set(items.map((item) => String(key(item))));
    [...body.rows].filter((row) => !wanted.has(row.dataset.key)).forEach((row) => row.remove());
    const rows = new Map([...body.rows].map((row) => [row.dataset.key, row]));
    items.forEach((item, place) => {
        const name = String(key(item));
        const row = rows.get(name) ?? element("tr");
        row.dataset.key = name;
        if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null);
        dressRow(row, cells(item));
    });
}

function dressRow(row, contents) {
    while (row.cells.length < contents.length) row.append(element(row.cells.length ? "td" : "th"));
    row.cells[0].scope = "row";
    contents.forEach((content, place) => dress(row.cells[place], content));
}

const dressed = new WeakMap();

function dress(cell, content) {
    const signature = JSON.stringify(content);
    if (dressed.get(cell) === signature) return;
    dressed.set(cell, signature);
    const { text, title = "", className = "", href, value, max } = known(content?.text) ? content : { text: content };
    Object.assign(cell, { title, className });
    cell.replaceChildren(value === undefined ? inside(text ?? NOTHING, href) : progress(value, max, text));
}

const inside = (text, href) => (href ? element("a", { href, textContent: text }) : String(text));
const progress = (value, max, text) => element("progress", { value, max, ariaLabel: text });

/** Makes a definition list of the pairs that have something to say; what stays the same stays untouched. */
export function define(list, pairs) {
    const told = pairs.filter(([, content]) => content);
    const terms = told.map(([term]) => term);
    if (list.dataset.terms !== String(terms)) list.replaceChildren(...terms.map(emptyPair));
    list.dataset.terms = terms;
    told.forEach(([, content], place) => dress(list.children[place].lastChild, content));
}

const emptyPair = (term) => element("div", {}, element("dt", {}, term), element("dd"));

/** Says how many of the found rows are shown, or that there are none. */
export function caption(place, found, shown, none, hint = "") {
    const more = found > shown ? `${shown} of ${found.toLocaleString("en")} are shown. ${hint}`.trim() : "";
    say(place, found ? more : none);
}

export function say(place, text) {
    if (place.textContent !== text) place.textContent = text;
    place.hidden = !text;
}

/** Asks in a dialog; resolves to whether it was agreed to. */
export function agreed(question, explanation, deed) {
    const dialog = find("confirm");
    find("confirm-question").textContent = question;
    find("confirm-explanation").textContent = explanation;
    find("confirm-deed").textContent = deed;
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
        dialog.addEventListener("close", () => resolve(dialog.returnValue === "agreed"), { once: true });
    });
}
