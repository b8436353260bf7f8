import { html } from "../../html.js";
import { Empty } from "../../parts/asked.js";
import { DeviceLink, RolloutLink } from "../../parts/links.js";
import { State } from "../../parts/state.js";
import { Table } from "../../parts/table.js";
import { Ago } from "../../parts/time.js";
import { number } from "../../wording.js";

const COLUMNS = [
    { key: "who", title: "Who", cell: (need) => html`<${Who} ...${need} />` },
    { key: "what", title: "What", cell: ({ what }) => html`<${State} name=${what} />` },
    { key: "since", title: "Since", number: true, cell: ({ since }) => html`<${Ago} time=${since} />` },
    { key: "why", title: "Why", why: true, cell: ({ why }) => why },
];

const Who = ({ device, rollout }) => (device ? html`<${DeviceLink} name=${device} />` : html`<${RolloutLink} id=${rollout} />`);

/** What needs attention and why, the worst first. */
export function Needs({ needs, needs_total: total }) {
    return html`<h2>Needs attention</h2>
        <${Table} label="Needs attention" columns=${COLUMNS} rows=${needs} layout="low carded"
            keyOf=${({ device, rollout, what }) => `${device} ${rollout} ${what}`} />
        ${!total && html`<${Empty}>Nothing does: no device is away, hot, full or blind, and no rollout waits.<//>`}
        ${total > needs.length && html`<p class="hint">The worst ${number(needs.length)} of ${number(total)};
            the <a href="#fleet">fleet</a> lists all.</p>`}`;
}
