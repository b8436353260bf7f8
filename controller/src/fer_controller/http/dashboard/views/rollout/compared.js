import { html } from "../../html.js";
import { figure, joined, known } from "../../wording.js";

const WIDTH = 320;
const HEIGHT = 58;
const MARGIN = 14;
const LINE_Y = 34;
/** METRIC, comparison, sign, number, x: fps>=0.8x, temperature<=+8, latency_p95_ms<=40. */
const GATE = /^[^<>=]+(<=|>=)([+-]?)([\d.]+)(x?)$/;

/** What a gate lets through, for a baseline: {limit, above, relative}; null where the figure is not of its kind. */
export function bound(gate, before) {
    const found = GATE.exec(gate.replaceAll(" ", ""));
    if (!found) return null;
    const [, comparison, sign, digits, times] = found;
    const value = Number(`${sign}${digits}`);
    if ((times || sign) && !known(before)) return null;
    const limit = times ? before * value : sign ? before + value : value;
    return { limit, above: comparison === ">=", relative: Boolean(times || sign) };
}

/** Before and after on one line, with the side of the limit that the gate refuses; a distance has no before. */
export function Compared({ gate, value, outcome, ...found }) {
    const isDistance = bound(gate, found.before)?.relative === false && known(value) && value !== found.after;
    const [before, after] = isDistance ? [null, value] : [found.before, found.after];
    if (!known(after)) return html`<p class="hint">${known(value) ? `It came to ${figure(value)}` : "Not measured yet"}.</p>`;
    const allowed = bound(gate, before);
    const points = [before, after, allowed?.limit].filter(known);
    const [low, high] = [Math.min(...points), Math.max(...points)];
    const room = (high - low || Math.abs(high) || 1) * 0.25;
    const x = (point) => MARGIN + ((point - low + room) / (high - low + 2 * room)) * (WIDTH - 2 * MARGIN);
    const edge = allowed && x(allowed.limit);
    const [was, is, bounded] = [`before ${figure(before)}`, `after ${figure(after)}`, allowed && `limit ${figure(allowed.limit)}`];
    return html`<svg class="compared" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${gate}: ${joined(known(before) && was, is, bounded)}">
        ${allowed && html`<rect class="refused" y=${LINE_Y - 9} height="18"
            x=${allowed.above ? 0 : edge} width=${allowed.above ? edge : WIDTH - edge} />`}
        <line class="ground" x1="0" x2=${WIDTH} y1=${LINE_Y} y2=${LINE_Y} />
        ${allowed && html`<line class="limit" x1=${edge} x2=${edge} y1=${LINE_Y - 9} y2=${LINE_Y + 9} />`}
        ${known(before) && html`<circle class="before" cx=${x(before)} cy=${LINE_Y} r="5" />`}
        <circle class="after ${outcome}" cx=${x(after)} cy=${LINE_Y} r="6" />
    </svg>
    <p class="legend">
        ${known(before) && html`<span class="before">${was}</span>`}
        <span class="after ${outcome}">${is}</span>
        ${allowed && html`<span class="limit">${bounded}</span>`}
    </p>`;
}
