import { html } from "../../html.js";
import { State } from "../../parts/state.js";
import { figure, known, number } from "../../wording.js";
import { Compared } from "./compared.js";

const TROUBLE = ["failed", "inconclusive"];

/** The gates of a wave as they were last judged, each drawn against its baseline; those in trouble first. */
export function Gates({ wave, gates }) {
    const judged = wave?.gates ?? [];
    const rank = (gate) => (TROUBLE.includes(gate.outcome) ? TROUBLE.indexOf(gate.outcome) : TROUBLE.length);
    const sorted = judged.toSorted((one, other) => rank(one) - rank(other));
    return html`<h2>Gates${judged.length ? ` of wave ${wave.wave}` : ""}</h2>
        ${judged.length > 0
            ? html`<ul class="gates">${sorted.map((gate) => html`<${Gate} key=${gate.gate} ...${gate} />`)}</ul>`
            : html`<p class="asked empty">This wave is not judged yet; that follows once it is watched.
                The gates: ${gates.join(", ") || "none"}.</p>`}`;
}

function Gate({ sentence, outcome, ...gate }) {
    return html`<li class="gate">
        <h3><code>${gate.gate}</code> <${State} name=${outcome} /></h3>
        <${Compared} outcome=${outcome} ...${gate} />
        <details open=${TROUBLE.includes(outcome)}>
            <summary>Evidence</summary>
            <p>${sentence}</p>
            <p class="hint">${evidence(gate).join("; ")}.</p>
        </details>
    </li>`;
}

function evidence({ devices, of_devices: of, evidence: what, p, alpha, power, ...rest }) {
    const { evidence_before: before, evidence_after: after, evidence_needed: needed, by_hour: byHour } = rest;
    return [
        `${number(devices)} of ${number(of)} devices measured`,
        after && `${number(after)} ${what} after, ${number(before)} before${byHour ? ", at the same hours" : ""}`,
        needed && `${number(needed)} would decide`,
        known(p) && `p = ${figure(p)}${alpha > 0 ? `, broken at ${figure(alpha)}` : ""}`,
        known(power) && `power ${figure(power)}`,
    ].filter(Boolean);
}
