import { html } from "../html.js";
import { number } from "../wording.js";

/** Which of so many rows are shown, and the way to those before and after; onTurn(offset). */
export function Pages({ total, offset, limit, shown, onTurn }) {
    if (total <= limit && !offset) return null;
    const last = offset + shown;
    return html`<nav class="pages" aria-label="Pages">
        <button type="button" disabled=${!offset} onClick=${() => onTurn(Math.max(0, offset - limit))}>Previous</button>
        <span role="status">${number(offset + 1)}–${number(last)} of ${number(total)}</span>
        <button type="button" disabled=${last >= total} onClick=${() => onTurn(offset + limit)}>Next</button>
    </nav>`;
}
