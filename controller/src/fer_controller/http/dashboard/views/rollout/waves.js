import { html } from "../../html.js";
import { Ago, Clock } from "../../parts/time.js";
import { count } from "../../wording.js";

/** In this order people ask for them. */
const ORDER = ["committed", "failed", "quarantined", "rolled_back", "unreachable", "skipped"];

/** A wave as a step of the stepper; what is said of the rollout is not said of its wave again. */
export function step({ wave, state, states, devices, settled, reason, ...times }, said) {
    return {
        key: wave, title: wave === 1 ? "Wave 1, the canary" : `Wave ${wave}`, state, of: devices,
        parts: Object.entries(states).filter(([, many]) => many).sort(([one], [other]) => rank(one) - rank(other)),
        note: html`${settled} of ${count(devices, "device")} settled<${Next} ...${times} />`,
        reason: reason === said ? null : reason,
    };
}

const rank = (state) => (ORDER.indexOf(state) + ORDER.length + 1) % (ORDER.length + 1);

/** When it is decided on next, and what it waits for until then. */
function Next({ decides_at: decides, started_at: started, soaking_at: soaking }) {
    if (decides && !started) return html`; waits until <${Clock} time=${decides} /> (<${Ago} time=${decides} />)`;
    if (decides) {
        const until = soaking ? "is watched; next decision" : "updates; decided at the latest";
        return html`; ${until} <${Clock} time=${decides} /> (<${Ago} time=${decides} />)`;
    }
    return started ? html`; began <${Ago} time=${started} />` : "; has not begun";
}
