import { link } from "../address.js";
import { get } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { State } from "../parts/state.js";
import { Stepper } from "../parts/stepper.js";
import { Ago, clocked } from "../parts/time.js";
import { count } from "../wording.js";
import { Approval } from "./rollout/approval.js";
import { Asking } from "./rollout/asking.js";
import { Decisions } from "./rollout/decisions.js";
import { Gates } from "./rollout/gates.js";
import { Orders } from "./rollout/orders.js";
import { Targets } from "./rollout/targets.js";
import { step } from "./rollout/waves.js";

const EVERY_MS = 1000;
const ENDED_EVERY_MS = 10_000;
const everyMs = ({ ended_at: ended }) => (ended ? ENDED_EVERY_MS : EVERY_MS);

export const rollout = { title: "Rollout", View: Rollout };

/** One rollout: how far its waves are, what decides them, what was decided, and the orders it takes. */
function Rollout({ me, id, query }) {
    const asked = useLook((signal) => get(`/v1/rollouts/${encodeURIComponent(id)}`, {}, signal), everyMs, id, { told: "rollouts" });
    return html`
        <p><a href="#rollouts">← All rollouts</a></p>
        <${Asked} asked=${asked} what="the rollout">
            ${(found) => html`<${Known}
                me=${me} query=${query} again=${asked.again} ...${found} />`}
        <//>`;
}

function Known({ me, query, again, ...found }) {
    const { rollout: id, model, precision, state, reason, waves, orders, gates, devices, audit, request } = found;
    const open = waves.find((wave) => String(wave.wave) === query.wave) ?? telling(waves);
    const asStep = (wave) => ({ ...step(wave, reason), href: link("rollouts", id, { ...query, wave: wave.wave }) });
    return html`
        <div class="bar">
            <h1>${model} ${precision}</h1>
            <${State} name=${state} />
            ${me.role !== "viewer" && html`<${Orders} id=${id} me=${me} orders=${orders} again=${again}
                approval=${found.approval} digest=${found.digest} />`}
        </div>
        <p class="reason">${clocked(reason)}</p>
        <p class="hint"><code>${id}</code>, begun by ${found.created_by} <${Ago} time=${found.created_at} />,
            ${` for ${where(request)}${untold(found)}`}.</p>
        <${Approval} approval=${found.approval} digest=${found.digest} />
        <h2>Waves</h2>
        <${Stepper} label="Waves" steps=${waves.map(asStep)} current=${open?.wave} />
        <${Gates} wave=${open} gates=${gates} />
        <${Targets} devices=${devices} query=${query} />
        <${Decisions} audit=${audit} />
        <${Asking} request=${request} />`;
}

/** The wave whose gates say most: the last that was judged, or else the first. */
const telling = (waves) => waves.findLast(({ gates }) => gates.length) ?? waves[0];

const untold = ({ unpublished }) => (unpublished ? `, ${count(unpublished, "device")} not told yet` : "");
const where = ({ selector, devices }) => selector || devices?.join(", ") || "all devices";
