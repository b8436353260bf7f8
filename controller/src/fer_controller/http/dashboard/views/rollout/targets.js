import { change } from "../../address.js";
import { html } from "../../html.js";
import { DeviceLink } from "../../parts/links.js";
import { Pages } from "../../parts/pages.js";
import { State } from "../../parts/state.js";
import { Table } from "../../parts/table.js";
import { count, NOTHING } from "../../wording.js";

const LIMIT = 50;
const TROUBLE = ["failed", "quarantined", "unreachable", "retrying"];

const COLUMNS = [
    { key: "device", title: "Device", cell: ({ device }) => html`<${DeviceLink} name=${device} />` },
    { key: "wave", title: "Wave", number: true, cell: ({ wave }) => wave },
    { key: "state", title: "State", cell: ({ state }) => html`<${State} name=${state} />` },
    { key: "attempt", title: "Attempt", number: true, cell: ({ attempt }) => attempt },
    { key: "before", title: "Before", cell: ({ previous }) => previous ?? NOTHING },
    { key: "model", title: "Model", cell: ({ model }) => model },
    { key: "reason", title: "Reason", why: true, cell: ({ reason, why }) => reason ?? why },
];

/** The devices of a rollout, those in trouble first. */
export function Targets({ devices, query }) {
    const rank = ({ state }) => (TROUBLE.includes(state) ? 0 : 1);
    const offset = Number(query.offset) || 0;
    const shown = devices.toSorted((one, other) => rank(one) - rank(other)).slice(offset, offset + LIMIT);
    return html`<h2>${count(devices.length, "device")}</h2>
        <${Table} label="Devices of the rollout" columns=${COLUMNS} rows=${shown} keyOf=${({ device }) => device}
            layout="carded" />
        <${Pages} total=${devices.length} offset=${offset} limit=${LIMIT} shown=${shown.length}
            onTurn=${(to) => change({ offset: to || "" })} />`;
}
