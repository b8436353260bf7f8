import { html } from "../html.js";

/** One of several: choices are [value, title]; onChoose(value). */
export function Choice({ label, choices, value, onChoose }) {
    return html`<label>${label} <select value=${value} onChange=${(event) => onChoose(event.target.value)}>
        ${choices.map(([each, title]) => html`<option key=${each} value=${each} selected=${each === value}>
            ${title}</option>`)}
    </select></label>`;
}
