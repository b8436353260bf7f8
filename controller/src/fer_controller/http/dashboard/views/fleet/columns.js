import { html } from "../../html.js";
import { DeviceLink, RolloutLink } from "../../parts/links.js";
import { State } from "../../parts/state.js";
import { Ago } from "../../parts/time.js";
import { doubts, provider } from "../../standing.js";
import { NOTHING, number, words } from "../../wording.js";

export const COLUMNS = [
    { key: "device", title: "Device", sort: true, cell: (line) => html`<${Called} ...${line} />` },
    { key: "state", title: "State", sort: true, cell: (line) => html`<${Standing} ...${line} />` },
    { key: "kinds", title: "Needs attention", cell: (line) => html`<${Kinds} ...${line} />` },
    { key: "class", title: "Class", sort: true, cell: (line) => line.class ?? NOTHING },
    { key: "model", title: "Model", sort: true, cell: ({ model }) => model ?? NOTHING },
    { key: "version", title: "Agent", sort: true, cell: ({ version }) => version ?? NOTHING },
    { key: "provider", title: "Provider", cell: ({ provider: name }) => provider(name) ?? NOTHING },
    { key: "update", title: "Update", sort: true, cell: (line) => html`<${Update} ...${line} />` },
    { key: "labels", title: "Labels", cell: ({ labels }) => html`<code>${pairs(labels) || NOTHING}</code>` },
    { key: "fps", title: "FPS", number: true, sort: true, cell: ({ fps }) => number(fps, 1) },
    { key: "temperature_c", title: "°C", number: true, sort: true, cell: (line) => number(line.temperature_c, 1) },
    { key: "disk_free_mb", title: "Disk free MB", number: true, sort: true, cell: (line) => number(line.disk_free_mb) },
    { key: "pending_events", title: "Pending", number: true, cell: (line) => number(line.pending_events) },
    { key: "since", title: "Since", number: true, sort: true, cell: ({ since }) => html`<${Ago} time=${since} />` },
    { key: "last_seen", title: "Seen", number: true, sort: true, cell: (line) => html`<${Ago} time=${line.last_seen} />` },
];

/** Those that are shown until others are chosen. */
export const FIRST_COLUMNS = [
    "device", "state", "kinds", "class", "model", "labels", "fps", "temperature_c", "last_seen",
];

/** Its name, and what people call it. */
const Called = ({ device, labels }) => html`<${DeviceLink} name=${device} />
    ${labels.title && html` <span class="hint">${labels.title}</span>`}`;

const pairs = ({ title, ...labels }) => Object.entries(labels).map(([key, value]) => `${key}=${value}`).join(" ");

/** Its state and what is wrong with it; one that was taken out is revoked, whatever it says of itself. */
function Standing({ state, revoked, quarantined, ...line }) {
    if (revoked) return html`<${State} name="revoked" />`;
    const why = doubts({ state, ...line });
    if (quarantined !== null) return html`<${State} name="quarantined" shown="${state}, quarantined" why=${why} />`;
    return html`<${State} name=${state} why=${why} />`;
}

function Kinds({ kinds, blind }) {
    return kinds.length ? html`<span class="bad" title=${blind}>${kinds.map(words).join(", ")}</span>` : NOTHING;
}

function Update({ update, rollout }) {
    return update ? html`<${RolloutLink} id=${rollout}><${State} name=${update} /><//>` : NOTHING;
}
