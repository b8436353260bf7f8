import { get, metrics, poll } from "./api.js";
import { ceiling, hhmm } from "./chart.js";
import { capitalized, element, find, known, number, shape } from "./page.js";
import { SPANS, starts } from "./spans.js";

const EVERY_MS = 30_000;
const NARROWEST_PX = 200;
const HEIGHT_PX = 130;
const MARGIN_PX = { top: 8, right: 8, bottom: 20, left: 46 };

const resizing = new ResizeObserver(() => paint());
const bottomPx = HEIGHT_PX - MARGIN_PX.bottom;

let name = "";
let polling;
let rollups = new Map();
let charts = [];

/** Small line charts of a device's history. */
export const history = {
    open(device) {
        name = device;
        find("history-span").onchange = begin;
        resizing.observe(find("history"));
        begin();
    },
    close() {
        polling?.stop();
        resizing.disconnect();
    },
};

const span = () => SPANS[find("history-span").value];

function begin() {
    polling?.stop();
    rollups = new Map();
    paint();
    polling = poll(look, EVERY_MS);
}

async function look(signal) {
    const { per, since, buckets } = span();
    const query = { per, since, device: name, limit: buckets + 1 };
    const [found] = await Promise.all([get("/v1/rollups/telemetry", query, signal), drawn(signal)]);
    rollups = new Map(found.map((each) => [Date.parse(each.start), each]));
    paint();
}

/** A chart for each metric that rollups keep. */
async function drawn(signal) {
    charts = (await metrics(signal)).filter(({ lines }) => lines.length);
    if (!find("history").children.length) find("history").append(...charts.map(figure));
}

function figure({ title, unit }) {
    const heading = element("h3", {}, capitalized(title), element("span", { className: "hint", textContent: `, ${unit}` }));
    return element("figure", {}, heading, shape("svg", { role: "img" }), element("figcaption", { className: "hint" }));
}

function paint() {
    const rows = starts(span()).map((startMs) => ({ ...rollups.get(startMs), startMs }));
    charts.forEach((chart, place) => paintOne(chart, rows, find("history").children[place]));
}

function paintOne(chart, rows, made) {
    const [place, caption] = [made.querySelector("svg"), made.querySelector("figcaption")];
    const said = chart.lines.map(({ kind, field }) => summed(kind, rows.map((row) => row[field]), chart));
    const keys = chart.lines.map(({ kind }, number) => element("span", { className: `key ${kind}` }, said[number]));
    caption.replaceChildren(...keys, seen(rows));
    place.setAttribute("aria-label", `${capitalized(chart.title)}, ${chart.unit}: ${said.join("; ")}; ${seen(rows)}.`);
    draw(place, chart, rows);
}

function summed(kind, all, { digits }) {
    const values = all.filter(known);
    if (!values.length) return `${kind} not measured`;
    const figures = [Math.min(...values), Math.max(...values), values.at(-1)];
    const [least, most, last] = figures.map((value) => number(value, digits).text);
    return `${kind} ${least} to ${most}, last ${last}`;
}

function seen(rows) {
    const { per, buckets } = span();
    return `in ${rows.filter((row) => row.samples).length} of ${buckets} ${per}s`;
}

function draw(place, { lines, digits }, rows) {
    const widthPx = Math.max(NARROWEST_PX, place.getBoundingClientRect().width);
    const values = lines.flatMap(({ field }) => rows.map((row) => row[field])).filter(known);
    const top = ceiling(Math.max(1, ...values));
    const bottom = Math.min(0, ...values) < 0 ? -ceiling(-Math.min(...values)) : 0;
    const stepPx = (widthPx - MARGIN_PX.left - MARGIN_PX.right) / rows.length;
    const xPx = (place) => MARGIN_PX.left + (place + 0.5) * stepPx;
    const yPx = (value) => bottomPx - ((value - bottom) / (top - bottom)) * (bottomPx - MARGIN_PX.top);
    place.setAttribute("viewBox", `0 0 ${widthPx} ${HEIGHT_PX}`);
    place.replaceChildren(
        ...[bottom, bottom < 0 ? 0 : top / 2, top].map((value) => level(value, yPx(value), widthPx)),
        ...times(rows, widthPx),
        ...lines.map(({ kind, field }) => line(kind, rows.map((row) => row[field]), xPx, yPx)),
        ...rows.map((row, number) => hint(row, lines, digits, xPx(number) - stepPx / 2, stepPx)),
    );
}

function level(value, y, widthPx) {
    return shape("g", {},
        shape("line", { x1: MARGIN_PX.left, x2: widthPx - MARGIN_PX.right, y1: y, y2: y }),
        shape("text", { x: MARGIN_PX.left - 6, y: y + 4, class: "ending" }, value.toLocaleString("en")));
}

function times(rows, widthPx) {
    const y = HEIGHT_PX - 4;
    return [
        shape("text", { x: MARGIN_PX.left, y }, hhmm(rows[0].startMs)),
        shape("text", { x: widthPx - MARGIN_PX.right, y, class: "ending" }, hhmm(rows.at(-1).startMs)),
    ];
}

/** Where nothing was measured the line breaks off; what was measured alone is a dash. */
function line(kind, values, xPx, yPx) {
    const moves = values.map((value, place) => {
        if (!known(value)) return "";
        if (known(values[place - 1])) return `L${xPx(place)},${yPx(value)}`;
        return known(values[place + 1]) ? `M${xPx(place)},${yPx(value)}` : `M${xPx(place) - 2},${yPx(value)}h4`;
    });
    return shape("path", { d: moves.join(""), class: `line ${kind}` });
}

function hint(row, lines, digits, x, width) {
    const parts = lines.map(({ kind, field }) => `${kind} ${number(row[field], digits).text}`);
    const text = row.samples ? parts.join(", ") : "not measured";
    const place = { x, y: MARGIN_PX.top, width, height: bottomPx - MARGIN_PX.top, class: "spot" };
    return shape("rect", place, shape("title", {}, `${hhmm(row.startMs)}: ${text}`));
}
