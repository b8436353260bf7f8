import { get, poll } from "./api.js";
import { device } from "./device.js";
import { isShutOut, offBy, provider, standing } from "./facts.js";
import { ago, badge, caption, cell, count, fill, find, known, MOST_ROWS, number, say } from "./page.js";

const EVERY_MS = 2000;
const TOTALS_EVERY_MS = 10_000;
const TROUBLE_FIRST = ["revoked", "offline", "stale", "unknown", "online"];

let devices = null;
let pollings = [];

export const fleet = {
    title: "Fleet",
    open(me, id) {
        find("fleet-list").hidden = Boolean(id);
        find("device").hidden = !id;
        if (id) device.open(me, decoded(id));
        else openList();
    },
    close() {
        pollings.splice(0).forEach((polling) => polling.stop());
        device.close();
    },
};

function decoded(id) {
    try {
        return decodeURIComponent(id);
    } catch {
        return id;
    }
}

function openList() {
    devices = null;
    find("fleet-filter").oninput = paint;
    pollings = [poll(look, EVERY_MS), poll(lookAtTotals, TOTALS_EVERY_MS)];
}

/** A controller that is older than this page has no totals. */
async function lookAtTotals(signal) {
    const totals = await get("/v1/totals", {}, signal).catch((error) => {
        if (error.status !== 404) throw error;
    });
    say(find("fleet-totals"), totals ? totalled(totals) : "");
}

function totalled({ events, dropped_events, redelivered_events, dead_letters }) {
    const many = (value) => value.toLocaleString("en");
    return [
        `${count(events, "event")} stored`, `${many(dropped_events)} dropped`,
        `${many(redelivered_events)} received again`, `${many(dead_letters)} unreadable`,
    ].join(" · ");
}

async function look(signal) {
    const [all, messages] = await Promise.all([
        get("/v1/devices", {}, signal),
        get("/v1/fleet/telemetry", {}, signal),
    ]);
    const measured = new Map(messages.map((message) => [message.device, message]));
    devices = all.map(standing).map((device) => ({ ...device, measured: measured.get(device.device) })).sort(byTrouble);
    paint();
}

function byTrouble(one, other) {
    const rank = (device) => TROUBLE_FIRST.indexOf(device.state);
    return rank(one) - rank(other) || one.device.localeCompare(other.device, "en", { numeric: true });
}

function paint() {
    if (!devices) return;
    const terms = find("fleet-filter").value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = devices.filter((device) => terms.every((term) => text(device).includes(term)));
    const shown = found.slice(0, MOST_ROWS);
    fill(find("fleet-rows"), shown, (device) => device.device, cells);
    say(find("fleet-counts"), counts());
    const none = devices.length ? "No device matches the filter." : "No device has been heard of yet.";
    caption(find("fleet-note"), found.length, shown.length, none, "Filter to find the rest.");
}

function text({ device, state, model, eyes, provider, agent_version, reported }) {
    const of = [
        device, state, model, ...Object.values(eyes ?? {}), provider, agent_version, reported?.capabilities?.device_class,
    ];
    return of.filter(Boolean).join(" ").toLowerCase();
}

function counts() {
    const many = (state) => devices.filter((device) => device.state === state).length;
    const states = TROUBLE_FIRST.filter(many).map((state) => `${many(state).toLocaleString("en")} ${state}`);
    return [count(devices.length, "device"), ...states.reverse()].join(" · ");
}

function cells(device) {
    const { host = {}, cameras = [], spool = {} } = device.measured ?? {};
    const age = device.state === "online" ? "" : " old";
    const rest = [
        number(total(cameras, "fps"), 1), number(highest(cameras.map((camera) => camera.latency_p95_ms))),
        number(host.cpu_percent), hottest(host), memory(host), number(spool.pending_events),
    ].map((each) => cell(each.text, each.className + age));
    return [
        { text: device.device, href: `#fleet/${encodeURIComponent(device.device)}` }, presence(device), device.model,
        device.eyes?.finder, provider(device.provider), ...rest, number(device.dropped_events), ago(device.last_seen),
    ];
}

function presence({ state, reason, blind, certificate, clock_offset_s: offsetS }) {
    const clock = offsetS ? `its clock is ${offBy(offsetS)}` : "";
    const shutOut = isShutOut(certificate) && state !== "revoked" ? `its certificate is ${certificate}` : "";
    const why = [reason, shutOut, clock, blind].filter(Boolean).join("; ");
    return { ...badge(state), text: why ? `${state}: ${why}` : state, title: why };
}

function hottest(host) {
    const degrees = number(highest([host.cpu_temperature_c, host.gpu_temperature_c]), 1);
    return host.throttled ? cell(`${degrees.text} throttled`, "number bad") : degrees;
}

function memory(host) {
    const used = number(host.memory_used_mb);
    return known(host.memory_total_mb) ? cell(`${used.text} / ${number(host.memory_total_mb).text}`) : used;
}

function highest(values) {
    const measured = values.filter(known);
    return measured.length ? Math.max(...measured) : null;
}

function total(cameras, name) {
    const measured = cameras.map((camera) => camera[name]).filter(known);
    return measured.length ? measured.reduce((sum, value) => sum + value, 0) : null;
}
