import { html } from "../html.js";
import { ago, clock, NOTHING } from "../wording.js";

const ISO = /(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))/;

/** How long ago it is; the time itself on hover. */
export const Ago = ({ time }) => drawn(time, ago, clock);

/** A time of day; how long ago it is on hover. */
export const Clock = ({ time }) => drawn(time, clock, ago);

/** A sentence of the controller's, with the times in it by this browser's clock; what is drawn already stays. */
export function clocked(sentence) {
    if (typeof sentence !== "string") return sentence;
    const parts = sentence.split(ISO).map((part, place) => (place % 2 ? html`<${Clock} time=${part} />` : part));
    return parts.length > 1 ? html`<span>${parts}</span>` : sentence;
}

function drawn(time, shown, hint) {
    return time ? html`<time datetime=${time} title=${hint(time)}>${shown(time)}</time>` : NOTHING;
}
