import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { RolloutLink } from "../../parts/links.js";
import { State } from "../../parts/state.js";
import { Table } from "../../parts/table.js";
import { Ago } from "../../parts/time.js";
import { NOTHING } from "../../wording.js";

const EVERY_MS = 10_000;
const MOST = 100;

const COLUMNS = [
    { key: "change", title: "Brings", cell: ({ rollout, change }) => html`<${RolloutLink} id=${rollout}>${change}<//>` },
    { key: "state", title: "On this device", cell: ({ state }) => html`<${State} name=${state} />` },
    { key: "rollout", title: "Rollout", cell: ({ rollout_state: state }) => html`<${State} name=${state} />` },
    { key: "model", title: "Was to run", cell: ({ model }) => model },
    { key: "previous", title: "Ran before", cell: ({ previous }) => previous ?? NOTHING },
    { key: "updated", title: "Changed", number: true, cell: ({ updated_at: time }) => html`<${Ago} time=${time} />` },
    { key: "by", title: "Begun by", cell: ({ created_by: by }) => by },
    { key: "reason", title: "Reason", why: true, cell: ({ reason, why }) => reason ?? why },
];

/** The rollouts that it was in, and the models that it had, the newest first. */
export function Rollouts({ device: { device: name } }) {
    const path = `/v1/devices/${encodeURIComponent(name)}/rollouts`;
    const asked = useLook((signal) => get(path, { limit: MOST }, signal), EVERY_MS, name);
    const empty = html`It was in no rollout yet. <a href="#rollouts?new=yes">Begin one.</a>`;
    return html`<${Asked} asked=${asked} what="its rollouts" isEmpty=${(found) => !found.length} empty=${empty}>
        ${(found) => html`<${Table} label="Rollouts of this device" columns=${COLUMNS} rows=${found}
            keyOf=${({ rollout }) => rollout} layout="carded" />`}
    <//>`;
}
