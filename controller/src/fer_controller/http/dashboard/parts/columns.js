import { html } from "../html.js";

/** Which columns are shown: all of them, the keys of the chosen ones, and onChoose(keys). The first always is. */
export function ColumnChoice({ title: what = "Columns", columns, chosen, onChoose }) {
    const turn = (key) => (event) => {
        const wanted = new Set(event.target.checked ? [...chosen, key] : chosen.filter((each) => each !== key));
        onChoose(columns.map((each) => each.key).filter((each) => wanted.has(each)));
    };
    return html`<details class="menu">
        <summary>${what}</summary>
        <fieldset>
            <legend>Shown ${what.toLowerCase()}</legend>
            ${columns.slice(1).map(({ key, title }) => html`<label key=${key}><input
                type="checkbox" checked=${chosen.includes(key)} onChange=${turn(key)} /> ${title}</label>`)}
        </fieldset>
    </details>`;
}
