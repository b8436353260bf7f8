import { link } from "../../address.js";
import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { State } from "../../parts/state.js";
import { Table } from "../../parts/table.js";
import { Ago } from "../../parts/time.js";

const EVERY_MS = 3000;

const COLUMNS = [
    { key: "kind", title: "What", cell: ({ device, command, kind }) => html`<a
        href=${link("fleet", device, { tab: "commands", command })}>${kind}</a>` },
    { key: "state", title: "State", cell: ({ state }) => html`<${State} name=${state} />` },
    { key: "asked", title: "Asked", number: true, cell: ({ asked_at: time }) => html`<${Ago} time=${time} />` },
    { key: "by", title: "By", cell: ({ asked_by: by }) => by },
    { key: "ended", title: "Ended", number: true, cell: ({ settled_at: time }) => html`<${Ago} time=${time} />` },
    { key: "reason", title: "Why", why: true, cell: ({ reason }) => reason },
];

/** What it was asked, the newest first; what it answered to one is drawn above, where the address names it. */
export function Commands({ device: { device: name }, query }) {
    const asked = useLook((signal) => get("/v1/commands", { device: name }, signal), EVERY_MS, `${name} ${query.command}`);
    const empty = "Nobody has asked anything of it within a week.";
    return html`<${Asked} asked=${asked} what="its commands" isEmpty=${(found) => !found.length} empty=${empty}>
        ${(found) => html`<${Table} label="Commands" columns=${COLUMNS} rows=${found} keyOf=${({ command }) => command}
            current=${query.command} layout="carded" />`}
    <//>`;
}
