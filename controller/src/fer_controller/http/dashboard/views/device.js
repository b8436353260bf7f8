import { get, once } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { Asked, Empty } from "../parts/asked.js";
import { Facts } from "../parts/facts.js";
import { State } from "../parts/state.js";
import { Table } from "../parts/table.js";
import { Ago, Clock } from "../parts/time.js";
import { standing } from "../standing.js";
import { CAMERAS } from "./device/cameras.js";
import { History } from "./device/history.js";
import { deviceFacts, hostFacts, modelFacts } from "./device/known.js";
import { Labels } from "./device/labels.js";

const DEVICE_EVERY_MS = 5000;
const TELEMETRY_EVERY_MS = 2000;

export const device = { title: "Device", View: Device };

/** One device: what it is, what it does now, and its history. */
function Device({ me, id, query }) {
    const asked = useLook((signal) => lookAtDevice(id, signal), DEVICE_EVERY_MS, id);
    const known = asked.value?.device;
    const unheard = html`No device called ${id} has been heard of. <a href="#fleet">See all devices.</a>`;
    return html`
        <p><a href="#fleet">← All devices</a></p>
        <div class="bar">
            <h1>${id}</h1>
            ${known && html`<${State} name=${known.state} />
                ${known.since && html`<span class="hint">
                    since <${Clock} time=${known.since} />, <${Ago} time=${known.since} /></span>`}`}
        </div>
        <p>${known?.reason}</p>
        <${Asked} asked=${asked} what=${id} isEmpty=${(found) => !found.device} empty=${unheard}>
            ${(found) => html`<${Known} me=${me} query=${query} again=${asked.again} ...${found} />`}
        <//>`;
}

async function lookAtDevice(name, signal) {
    const found = (await get("/v1/devices", {}, signal)).find((each) => each.device === name);
    const [labels] = found ? await get("/v1/labels", { device: name }, signal) : [];
    return { device: found && standing(found), labels };
}

function Known({ me, device: found, labels, query, again }) {
    return html`
        <div class="cards">
            <section><h2>Model</h2><${Facts} pairs=${modelFacts(found)} /></section>
            <section><h2>Device</h2><${Facts} pairs=${deviceFacts(found)} /></section>
            <${Labels} name=${found.device} ...${labels} operator=${me.role !== "viewer"} again=${again} />
        </div>
        <${Now} name=${found.device} online=${found.state === "online"} />
        <${History} name=${found.device} query=${query} />`;
}

function Now({ name, online }) {
    const asked = useLook((signal) => lookAtTelemetry(name, signal), TELEMETRY_EVERY_MS, name);
    const empty = "It has sent no telemetry yet; it does so every few seconds once it runs.";
    return html`<h2>Now</h2><${Asked} asked=${asked} what="telemetry" isEmpty=${({ stored }) => !stored} empty=${empty}>
        ${({ stored, metrics }) => html`<div class=${online ? "" : "old"}>
            <div class="cards"><section><${Facts} pairs=${hostFacts(stored, metrics)} /></section></div>
            <h2>Cameras</h2>
            <${Table} label="Cameras" columns=${CAMERAS} rows=${stored.message.cameras} keyOf=${({ camera }) => camera}
                layout="carded" />
            ${!stored.message.cameras.length && html`<${Empty}>No camera has been heard of yet.<//>`}
        </div>`}
    <//>`;
}

async function lookAtTelemetry(name, signal) {
    const newest = get("/v1/telemetry", { device: name, limit: 1 }, signal);
    const [{ messages }, metrics] = await Promise.all([newest, once("/v1/metrics")]);
    return { stored: messages[0], metrics };
}
