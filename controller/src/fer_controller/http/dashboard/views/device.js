import { get } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { State } from "../parts/state.js";
import { Tabs } from "../parts/tabs.js";
import { Ago, Clock, clocked } from "../parts/time.js";
import { standing } from "../standing.js";
import { Actions } from "./device/actions.js";
import { Audit } from "./device/audit.js";
import { Cameras } from "./device/cameras.js";
import { Commands } from "./device/commands.js";
import { Events } from "./device/events.js";
import { History } from "./device/history.js";
import { Logs } from "./device/logs.js";
import { Now } from "./device/now.js";
import { Rollouts } from "./device/rollouts.js";
import { Settings } from "./device/settings.js";

const EVERY_MS = 5000;
const NO_SUCH_DEVICE = 422;

/** By how the address names it: its title, what draws it, and whether it is for operators alone. */
const TABS = {
    now: { title: "Now", View: Now },
    history: { title: "History", View: History },
    events: { title: "Events", View: Events },
    cameras: { title: "Cameras", View: Cameras },
    rollouts: { title: "Rollouts", View: Rollouts },
    settings: { title: "Settings", View: Settings },
    logs: { title: "Logs", View: Logs, ordered: true },
    commands: { title: "Commands", View: Commands, ordered: true },
    audit: { title: "Audit", View: Audit, ordered: true },
};
const FIRST = "now";

export const device = { title: "Device", View: Device };

/** One device: what it is and does, what it did, and what may be done with it. */
function Device({ me, id, query }) {
    const asked = useLook((signal) => look(id, signal), EVERY_MS, id);
    const unheard = html`No device called ${id} has been heard of. <a href="#fleet">See all devices.</a>`;
    return html`
        <p><a href="#fleet">← All devices</a></p>
        ${!asked.value?.device && html`<h1>${id}</h1>`}
        <${Asked} asked=${asked} what=${id} isEmpty=${(found) => !found.device} empty=${unheard}>
            ${(found) => html`<${Known} me=${me} query=${query} again=${asked.again} ...${found} />`}
        <//>`;
}

async function look(name, signal) {
    const absent = (error) => (error.status === NO_SUCH_DEVICE ? null : Promise.reject(error));
    const found = await get(`/v1/devices/${encodeURIComponent(name)}`, {}, signal).catch(absent);
    if (!found) return { device: null };
    const [labelled] = await get("/v1/labels", { device: name }, signal);
    return { device: standing(found), labelled };
}

function Known({ me, device: found, labelled, query, again }) {
    const operator = me.role !== "viewer";
    const tabs = Object.entries(TABS).filter(([, { ordered }]) => operator || !ordered);
    const open = tabs.some(([key]) => key === query.tab) ? query.tab : FIRST;
    const { View } = TABS[open];
    return html`
        <${Head} device=${found} title=${labelled.labels.title} quarantined=${labelled.quarantined} />
        ${operator && html`<${Actions} device=${found} quarantined=${labelled.quarantined} query=${query} again=${again} />`}
        <${Tabs} label="About ${found.device}" view="fleet" id=${found.device} open=${open}
            tabs=${tabs.map(([key, { title }]) => [key, title])} />
        <${View} key=${open} device=${found} me=${me} labelled=${labelled} operator=${operator} query=${query} again=${again} />`;
}

function Head({ device: { device: name, state, since, reason }, title, quarantined }) {
    return html`
        <div class="bar">
            <h1>${title ?? name}</h1>
            ${title && html`<code>${name}</code>`}
            <${State} name=${state} />
            ${quarantined !== null && html`<${State} name="quarantined" />`}
            ${since && html`<span class="hint">since <${Clock} time=${since} />, <${Ago} time=${since} /></span>`}
        </div>
        <p class="reason">${clocked(reason)}</p>
        ${quarantined !== null && html`<p class="warning">${`In quarantine: ${quarantined || "it failed too often"}`}</p>`}`;
}
