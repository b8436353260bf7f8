import { html } from "../html.js";
import { clocked } from "./time.js";

/**
 * A table. A column is {key, title, cell(row), number, why, sort}: number aligns it to the right, why says that it
 * is a sentence, which may wrap, and sort that onSort may be asked for it. sort is the key of the sorted column, with - in
 * front for descending.
 *
 * marked is a Set of keys, onMark(keys, on) changes it; current is the key of the row that is open. layout is any of
 * low and tall (scrolls within), and carded (a card for each row on a phone).
 */
export function Table({ label, columns, rows, keyOf, layout = "", current, ...rest }) {
    if (!rows.length) return null;
    return html`<div class="scroll ${layout}" role="region" tabindex="0" aria-label=${label}>
        <table>
            <thead><tr>
                ${rest.onMark && html`<${MarkAll} keys=${rows.map(keyOf)} ...${rest} />`}
                ${columns.map((column) => html`<${Head} key=${column.key} column=${column} ...${rest} />`)}
            </tr></thead>
            <tbody>
                ${rows.map((row) => html`<${Row}
                    key=${keyOf(row)} name=${keyOf(row)} row=${row} columns=${columns} current=${current}
                    ...${rest} />`)}
            </tbody>
        </table>
    </div>`;
}

function Head({ column: { key, title, number, sort: sortable }, sort = "", onSort }) {
    const className = number ? "number" : "";
    if (!sortable || !onSort) return html`<th scope="col" class=${className}>${title}</th>`;
    const up = sort === key;
    const down = sort === `-${key}`;
    const turned = up ? `-${key}` : key;
    return html`<th scope="col" class=${className} aria-sort=${up ? "ascending" : down ? "descending" : null}>
        <button type="button" class="sort" onClick=${() => onSort(turned)}>
            ${title}<span aria-hidden="true">${up ? " ▲" : down ? " ▼" : ""}</span>
        </button>
    </th>`;
}

function Row({ name, row, columns, current, marked, onMark }) {
    const [first, ...others] = columns;
    return html`<tr aria-current=${name === current ? "true" : null} data-key=${name}>
        ${onMark && html`<td class="mark"><input
            type="checkbox" aria-label="Mark ${name}" checked=${marked.has(name)}
            onChange=${(event) => onMark([name], event.target.checked)} /></td>`}
        <th scope="row">${first.cell(row)}</th>
        ${others.map((column) => html`<td key=${column.key} class=${styled(column)} data-title=${column.title}>
            ${column.why ? clocked(column.cell(row)) : column.cell(row)}
        </td>`)}
    </tr>`;
}

const styled = ({ number, why }) => (number ? "number" : why ? "why" : "");

function MarkAll({ keys, marked, onMark }) {
    const all = keys.every((key) => marked.has(key));
    return html`<th class="mark"><input
        type="checkbox" aria-label="Mark all that are shown" checked=${all}
        onChange=${() => onMark(keys, !all)} /></th>`;
}
