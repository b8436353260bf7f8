import { html } from "../html.js";
import { ago, clock, NOTHING } from "../wording.js";

/** How long ago it is; the time itself on hover. */
export const Ago = ({ time }) => drawn(time, ago, clock);

/** A time of day; how long ago it is on hover. */
export const Clock = ({ time }) => drawn(time, clock, ago);

function drawn(time, shown, hint) {
    return time ? html`<time datetime=${time} title=${hint(time)}>${shown(time)}</time>` : NOTHING;
}
