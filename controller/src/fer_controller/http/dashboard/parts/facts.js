import { html } from "../html.js";

/** Pairs of a term and what there is to say of it; a pair without anything to say is left out. */
export function Facts({ pairs }) {
    const told = pairs.filter(([, content]) => content || content === 0);
    return html`<dl>${told.map(([term, content], number) => html`<div key=${number}>
        <dt>${term}</dt><dd>${content}</dd>
    </div>`)}</dl>`;
}
