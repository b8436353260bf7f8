import { link } from "../../address.js";
import { html } from "../../html.js";
import { Empty } from "../../parts/asked.js";
import { RolloutLink } from "../../parts/links.js";
import { State } from "../../parts/state.js";
import { Stepper } from "../../parts/stepper.js";
import { Ago, clocked } from "../../parts/time.js";
import { step } from "../rollout/waves.js";

/** The rollouts under way, each with its waves. */
export function UnderWay({ rollouts }) {
    return html`<h2>Rollouts under way</h2>
        ${rollouts.map((rollout) => html`<${One} key=${rollout.rollout} ...${rollout} />`)}
        ${!rollouts.length && html`<${Empty}>None; see <a href="#rollouts">all rollouts</a>, or begin another there.<//>`}`;
}

function One({ rollout, model, precision, state, reason, waves, created_at: created, created_by: by }) {
    return html`<section>
        <div class="bar">
            <h3><${RolloutLink} id=${rollout}>${model} ${precision}<//></h3> <${State} name=${state} />
            <span class="hint">begun by ${by} <${Ago} time=${created} /></span>
        </div>
        <p class="reason">${clocked(reason)}</p>
        <${Stepper} label="Waves of ${rollout}" steps=${waves.map((wave) => ({
            ...step(wave, reason), href: link("rollouts", rollout, { wave: wave.wave }),
        }))} />
    </section>`;
}
