import { html } from "../html.js";
import { number, words } from "../wording.js";

const OPEN_VALUES = 8;

/**
 * How many rows have which value, and a choice among them. facets are {key, title, values: [[value, rows]]},
 * chosen(key) says which values are chosen, onChoose(key, values) chooses.
 */
export function Facets({ facets, chosen, onChoose }) {
    return facets.filter(({ values }) => values.length).map((facet) => html`<${Facet}
        key=${facet.key} ...${facet} chosen=${chosen(facet.key)}
        onChoose=${(values) => onChoose(facet.key, values)} />`);
}

function Facet({ title, values, chosen, onChoose }) {
    const listed = values.map(([value, rows]) => html`<${Choice}
        key=${value} value=${value} rows=${rows} on=${chosen.includes(value)}
        onTurn=${(on) => onChoose(on ? [...chosen, value] : chosen.filter((each) => each !== value))} />`);
    const rest = listed.slice(OPEN_VALUES);
    return html`<fieldset class="facet">
        <legend>${title}</legend>
        ${listed.slice(0, OPEN_VALUES)}
        ${rest.length > 0 && html`<details><summary>${number(rest.length)} more</summary>${rest}</details>`}
    </fieldset>`;
}

function Choice({ value, rows, on, onTurn }) {
    return html`<label class="choice">
        <input type="checkbox" checked=${on} onChange=${(event) => onTurn(event.target.checked)} />
        <span class="value">${words(value) || "none"}</span> <span class="rows">${number(rows)}</span>
    </label>`;
}
