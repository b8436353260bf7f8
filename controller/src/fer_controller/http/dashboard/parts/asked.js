import { html } from "../html.js";
import { clock } from "../wording.js";

/**
 * What a look answers, in one of four states, each with the next step: loading; unknown, where the controller is
 * silent; failed, where it refuses; empty. Otherwise its child draws the value; an old value stays, and says so.
 *
 * asked comes from useLook; isEmpty(value) and empty say when there is nothing, and what to do then.
 */
export function Asked({ asked, what = "", isEmpty = () => false, empty = "", children }) {
    const { value, error, silent } = asked;
    if (value === undefined && !error) return html`<p class="asked" role="status">Loading ${what} …</p>`;
    if (value === undefined) return html`<${silent ? Unknown : Failed} ...${asked} />`;
    return html`
        ${error && html`<${Old} ...${asked} />`}
        ${isEmpty(value) ? html`<${Empty}>${empty}<//>` : children(value)}`;
}

/** There is nothing, and what would make something. */
export const Empty = ({ children }) => html`<p class="asked empty">${children}</p>`;

function Unknown({ sinceMs, again }) {
    const since = sinceMs ? `unknown since ${clock(sinceMs)}` : "unknown: the controller has not answered yet";
    return html`<p class="asked unknown" role="status">
        <strong>${since}.</strong> It is asked again every 10 seconds; if it stays silent, look at its log.
        <button type="button" onClick=${again}>Ask now</button>
    </p>`;
}

function Failed({ error, again }) {
    return html`<p class="asked failed" role="alert">
        ${error} <button type="button" onClick=${again}>Try again</button>
    </p>`;
}

function Old({ silent, sinceMs, error }) {
    const since = sinceMs ? clock(sinceMs) : "a while";
    const text = silent ? `unknown since ${since}; this is how it was then` : error;
    return html`<p class="hint" role="status">${text}</p>`;
}
