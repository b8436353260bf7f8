import { get, nowMs, poll } from "./api.js";
import { draw, EMOTIONS, total } from "./chart.js";
import { cell, clock, count, element, fill, find, number, say, share } from "./page.js";
import { SPANS, starts } from "./spans.js";

const CHART_EVERY_MS = 10_000;
const WHOLE_EVERY_MS = 300_000;
const LATE_UNITS = 3;
const TAIL_EVERY_MS = 2000;
const DEVICES_EVERY_MS = 60_000;
const MOST_ROLLUPS = 10_000;
const TAIL_EVENTS = 30;
const PAGE_EVENTS = 200;

const resizing = new ResizeObserver(() => paintChart());

let pollings = [];
let rollups = new Map();
let wholeAtMs = 0;
let lookedAtMs = 0;
let newest = [];
let lastId = null;

export const emotions = {
    title: "Emotions",
    open() {
        for (const name of ["emotions-device", "emotions-span"]) find(name).onchange = begin;
        find("emotions-measure").onchange = paintChart;
        resizing.observe(find("chart").parentElement);
        begin();
    },
    close() {
        pollings.forEach((polling) => polling.stop());
        resizing.disconnect();
    },
};

function begin() {
    pollings.forEach((polling) => polling.stop());
    [rollups, wholeAtMs, newest, lastId] = [new Map(), 0, [], null];
    pollings = [
        poll(lookAtDevices, DEVICES_EVERY_MS), poll(lookAtRollups, CHART_EVERY_MS), poll(lookAtEvents, TAIL_EVERY_MS),
    ];
}

const device = () => find("emotions-device").value;
const span = () => SPANS[find("emotions-span").value];

async function lookAtDevices(signal) {
    const names = (await get("/v1/devices", {}, signal)).map((each) => each.device);
    const select = find("emotions-device");
    const had = new Set([...select.options].map((option) => option.value));
    select.append(...names.filter((name) => !had.has(name)).map((name) => element("option", { value: name }, name)));
}

/** Now and then all of the span, for a device that was away delivers late; in between what is new. */
async function lookAtRollups(signal) {
    const { per, unitMs } = span();
    const atMs = nowMs();
    const whole = atMs - wholeAtMs > WHOLE_EVERY_MS;
    const since = new Date(whole ? starts(span())[0] : lookedAtMs - LATE_UNITS * unitMs).toISOString();
    const query = { per, device: device(), since, summed: true, limit: MOST_ROLLUPS };
    const found = await get("/v1/rollups/emotions", query, signal);
    if (whole) [rollups, wholeAtMs] = [new Map(), atMs];
    lookedAtMs = atMs;
    found.forEach((each) => rollups.set(`${each.start} ${each.emotion}`, each));
    forgetOld();
    paintChart();
}

function forgetOld() {
    const [first] = starts(span());
    for (const [key, each] of rollups) if (Date.parse(each.start) < first) rollups.delete(key);
}

/** Nothing before the first answer, and nothing after the last: there it is unknown. */
function paintChart() {
    if (!wholeAtMs) return;
    const seen = [...rollups.values()];
    const named = [...new Set([...EMOTIONS, ...seen.map((each) => each.emotion)])];
    const buckets = new Map(known().map((startMs) => [startMs, { startMs, counts: {} }]));
    for (const emotion of named) {
        const those = seen.filter((each) => each.emotion === emotion);
        those.forEach((each) => add(buckets.get(Date.parse(each.start)), each));
    }
    draw([...buckets.values()], find("emotions-measure").value === "share");
    paintTotals(named, seen);
}

const known = () => starts(span()).filter((startMs) => startMs <= lookedAtMs);

function add(bucket, { emotion, events }) {
    if (bucket) bucket.counts[emotion] = (bucket.counts[emotion] ?? 0) + events;
}

function paintTotals(named, seen) {
    const totals = named.map((emotion) => totalled(emotion, seen.filter((each) => each.emotion === emotion)));
    const all = totals.reduce((sum, each) => sum + each.events, 0);
    fill(find("emotions-rows"), totals, (each) => each.emotion, (each) => [
        cell(each.emotion, `swatch ${each.emotion}`), number(each.events),
        cell(share(each.events, all)), number(each.faces), cell(share(each.confidence, each.events)),
    ]);
    say(find("chart-summary"), summary(totals, all));
}

function totalled(emotion, seen) {
    const sum = (value) => seen.reduce((all, each) => all + value(each), 0);
    return {
        emotion, events: sum((each) => each.events), faces: sum((each) => each.faces),
        confidence: sum((each) => each.events * each.confidence_mean),
    };
}

function summary(totals, all) {
    const where = `In ${span().words}${device() ? `, on ${device()}` : ""}`;
    if (!all) return `${where}, no emotion was rolled up.`;
    const most = totals.filter((each) => each.events).sort((one, other) => other.events - one.events).slice(0, 3);
    const shares = most.map((each) => `${each.emotion} ${share(each.events, all)}`).join(", ");
    return `${where}: ${count(all, "event")}, most often ${shares}.`;
}

async function lookAtEvents(signal) {
    if (lastId === null) await lookAtNewest(signal);
    else await lookAtNext(signal);
    if (!find("emotions-follow").checked) return;
    fill(find("tail-rows"), newest.toReversed(), (event) => event.id, cells);
    say(find("tail-note"), newest.length ? "" : "No event is stored.");
}

async function lookAtNewest(signal) {
    const answer = await get("/v1/events", { device: device(), limit: TAIL_EVENTS }, signal);
    newest = answer.events;
    lastId = answer.last_id;
}

async function lookAtNext(signal) {
    const query = { after_id: lastId, device: device(), limit: PAGE_EVENTS };
    const { events } = await get("/v1/events/as-stored", query, signal);
    if (events.length === PAGE_EVENTS) return lookAtNewest(signal);
    lastId = events.at(-1)?.id ?? lastId;
    newest = [...newest, ...events].slice(-TAIL_EVENTS);
}

/** When it was seen, or when it arrived if the device's clock was wrong. */
function seen({ time, device_time: said }) {
    const { text, title } = clock(time);
    return said ? { text: `${text} (arrived)`, title: `The device's wrong clock said ${said}.` } : { text, title };
}

const cells = (event) => [
    seen(event), event.device, event.camera, cell(event.emotion, `swatch ${event.emotion}`),
    cell(share(event.confidence, 1)), event.kind, number(event.track),
];
