import { get, once } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";

const EVERY_MS = 2000;

/** What the device measured last; its child draws it, and it is marked as old while the device is away. */
export function Measured({ device: { device: name, state }, children }) {
    const asked = useLook((signal) => look(name, signal), EVERY_MS, name);
    const empty = "It has sent no telemetry yet; it does so every few seconds once it runs.";
    return html`<${Asked} asked=${asked} what="telemetry" isEmpty=${({ stored }) => !stored} empty=${empty}>
        ${(found) => html`<div class=${state === "online" ? "" : "old"}>${children(found)}</div>`}
    <//>`;
}

async function look(name, signal) {
    const newest = get("/v1/telemetry", { device: name, limit: 1 }, signal);
    const [{ messages }, metrics] = await Promise.all([newest, once("/v1/metrics")]);
    return { stored: messages[0], metrics };
}
