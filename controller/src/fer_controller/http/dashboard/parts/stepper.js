import { html } from "../html.js";
import { number, words } from "../wording.js";
import { State } from "./state.js";
import { clocked } from "./time.js";

/**
 * Steps that follow each other. A step is {key, title, state, parts, of, note, reason, href}: parts are [state, many]
 * out of so many, drawn as a bar; current is the key of the one that is open.
 */
export function Stepper({ label, steps, current }) {
    return html`<ol class="steps" aria-label=${label}>
        ${steps.map((step) => html`<${Step} key=${step.key} ...${step} open=${step.key === current} />`)}
    </ol>`;
}

function Step({ title, state, parts, of, note, reason, href, open }) {
    return html`<li class="step" data-state=${state}>
        <h3><a href=${href} aria-current=${open ? "step" : null}>${title}</a> <${State} name=${state} /></h3>
        <${Bar} parts=${parts} of=${of} />
        <ul class="counts">${parts.map(([name, many]) => html`<li key=${name}>
            <${State} name=${name} shown="${number(many)} ${words(name)}" />
        </li>`)}</ul>
        <p class="hint">${note}</p>
        ${reason && html`<p class="why">${clocked(reason)}</p>`}
    </li>`;
}

/** How many of all are in which state, as one bar. */
function Bar({ parts, of }) {
    const said = parts.map(([name, many]) => `${number(many)} ${words(name)}`).join(", ") || "nothing yet";
    return html`<div class="portions" role="img" aria-label="Of ${number(of)}: ${said}">
        ${parts.map(([name, many]) => html`<span
            key=${name} class="portion ${name}" style=${{ flexGrow: many }}></span>`)}
    </div>`;
}
