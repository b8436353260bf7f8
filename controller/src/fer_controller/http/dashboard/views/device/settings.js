import { get, once } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { RolloutLink } from "../../parts/links.js";
import { Table } from "../../parts/table.js";
import { known, NOTHING } from "../../wording.js";

const EVERY_MS = 10_000;
const SET = { default: "by default", afar: "from afar", file: "in its file", environment: "in its environment" };

const shown = (value) => (known(value) ? html`<code>${String(value)}</code>` : NOTHING);

const COLUMNS = [
    { key: "name", title: "Setting", cell: ({ name }) => html`<code>${name}</code>` },
    { key: "value", title: "Value", cell: (setting) => html`<${Value} ...${setting} />` },
    { key: "source", title: "Set", cell: (setting) => html`<${Source} ...${setting} />` },
    { key: "by", title: "By", cell: ({ by }) => by ?? NOTHING },
    { key: "bounds", title: "Possible", cell: ({ bounds }) => bounds || NOTHING },
    { key: "meaning", title: "Meaning", why: true, cell: ({ meaning }) => meaning },
];

/** What holds on the device of all that can be told from afar, where each is set, and by whom. */
export function Settings({ device: { device: name } }) {
    const asked = useLook((signal) => look(name, signal), EVERY_MS, name);
    return html`<${Asked} asked=${asked} what="its settings">
        ${(found) => html`<${Table} label="Settings" columns=${COLUMNS} rows=${found} keyOf=${(each) => each.name}
            layout="carded" />`}
    <//>`;
}

async function look(name, signal) {
    const holding = get(`/v1/devices/${encodeURIComponent(name)}/settings`, {}, signal);
    const [found, all] = await Promise.all([holding, once("/v1/settings")]);
    const described = new Map(all.map((each) => [each.name, each]));
    return found.map((each) => ({ ...described.get(each.name), ...each }));
}

function Value({ value, from_afar: hidden }) {
    return html`${shown(value)} ${known(hidden) && html`<span class="hint">(from afar: ${shown(hidden)})</span>`}`;
}

const Source = ({ source, rollout }) => html`${SET[source] ?? source}
    ${rollout && html`, <${RolloutLink} id=${rollout} />`}`;
