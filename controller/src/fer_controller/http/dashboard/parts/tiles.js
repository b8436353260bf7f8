import { html } from "../html.js";
import { number } from "../wording.js";

/** A number for each thing that is counted: {title, value, href, tone}; tone (good, warn, bad) counts above zero. */
export function Tiles({ label, tiles }) {
    return html`<ul class="tiles" aria-label=${label}>
        ${tiles.map((tile) => html`<${Tile} key=${tile.title} ...${tile} />`)}
    </ul>`;
}

function Tile({ title, value, href, tone = "", hint = "" }) {
    const inside = html`<strong>${number(value)}</strong><span>${title}</span>`;
    return html`<li class="tile ${value ? tone : "zero"}" title=${hint}>
        ${href ? html`<a href=${href}>${inside}</a>` : html`<div>${inside}</div>`}
    </li>`;
}
