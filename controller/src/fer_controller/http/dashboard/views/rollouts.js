import { get } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { RolloutLink } from "../parts/links.js";
import { State } from "../parts/state.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { number } from "../wording.js";
import { DeployForm } from "./rollouts/form.js";

const EVERY_MS = 2000;
const NEWEST = 50;

const COLUMNS = [
    { key: "rollout", title: "Rollout", cell: ({ rollout }) => html`<${RolloutLink} id=${rollout} />` },
    { key: "model", title: "Model", cell: ({ model, precision }) => `${model} ${precision}` },
    { key: "state", title: "State", cell: ({ state }) => html`<${State} name=${state} />` },
    { key: "waves", title: "Waves passed", number: true, cell: ({ waves }) => `${passed(waves)} of ${waves.length}` },
    { key: "devices", title: "Devices", number: true, cell: ({ waves }) => number(reached(waves)) },
    { key: "by", title: "By", cell: ({ created_by: by }) => by },
    { key: "created", title: "Begun", number: true, cell: ({ created_at: time }) => html`<${Ago} time=${time} />` },
];

const reached = (waves) => waves.reduce((sum, wave) => sum + wave.devices, 0);
const passed = (waves) => waves.filter((wave) => wave.state === "passed").length;

export const rollouts = { title: "Rollouts", View: Rollouts };

function Rollouts({ me, query }) {
    const asked = useLook((signal) => get("/v1/rollouts", { limit: NEWEST }, signal), EVERY_MS, "", { told: "rollouts" });
    const operator = me.role !== "viewer";
    const none = operator
        ? "There is no rollout yet; “New rollout” begins one."
        : "There is no rollout yet; an operator may begin one.";
    return html`
        <div class="bar"><h1>Rollouts</h1></div>
        ${operator && html`<${DeployForm} query=${query} />`}
        <${Asked} asked=${asked} what="the rollouts" isEmpty=${(found) => !found.length} empty=${none}>
            ${(found) => html`<${Table} label="The newest rollouts" columns=${COLUMNS} rows=${found}
                keyOf=${({ rollout }) => rollout} layout="carded" />`}
        <//>`;
}
