import { link } from "../address.js";
import { get } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { Tiles } from "../parts/tiles.js";
import { count } from "../wording.js";
import { Needs } from "./overview/needs.js";
import { Today } from "./overview/today.js";
import { UnderWay } from "./overview/under_way.js";

const EVERY_MS = 5000;

/** What is counted: its name in the answer, its title, what it means when it is not zero, and how it is filtered. */
const TILES = [
    ["online", "online", "good", { state: "online" }],
    ["stale", "stale", "warn", { state: "stale" }],
    ["offline", "offline", "bad", { state: "offline" }],
    ["updating", "updating", "", { kind: "updating" }],
    ["failed", "update failed", "bad", { kind: "failed" }],
    ["quarantined", "quarantined", "bad", { kind: "quarantined" }],
    ["blind", "frozen or dark", "warn", { kind: "blind" }],
    ["low_disk", "low disk", "warn", { kind: "low_disk" }],
    ["hot", "hot", "warn", { kind: "hot" }],
];

export const overview = { title: "Overview", View: Overview };

/** How the fleet is, what needs attention and why, what is under way, and what was seen today. */
function Overview({ query }) {
    const asked = useLook((signal) => get("/v1/overview", {}, signal), EVERY_MS, "", { told: "devices" });
    return html`
        <div class="bar">
            <h1>Overview</h1>
            ${asked.value && !asked.silent && html`<p role="status">${count(asked.value.devices, "device")}</p>`}
        </div>
        <${Asked} asked=${asked} what="the fleet" isEmpty=${({ devices }) => !devices}
            empty=${html`No device has been heard of yet; <code>fer-controller enroll DEVICE</code> lets one in.`}>
            ${(found) => html`
                <${Tiles} label="Devices" tiles=${TILES.map(([name, title, tone, sieve]) => ({
                    title, tone, value: found.tiles[name], href: link("fleet", "", sieve),
                }))} />
                <${Needs} ...${found} />
                <${UnderWay} ...${found} />`}
        <//>
        <${Today} by=${query.by ?? "site"} />`;
}
