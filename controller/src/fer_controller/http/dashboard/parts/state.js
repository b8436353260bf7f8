import { html } from "../html.js";
import { words } from "../wording.js";

/** A state with its colour, and why it is so. */
export function State({ name, why = "", shown = words(name) }) {
    return html`<span class="state ${name}" title=${why}>${why ? `${shown}: ${why}` : shown}</span>`;
}
