import { html } from "../html.js";
import { Entries } from "../parts/entries.js";
import { asking, Filters, showAll } from "./audit/filters.js";

export const audit = { title: "Audit", View: Audit };

/** Who did what, when and from where; the filters stand in the address. */
function Audit({ me, query }) {
    const nothing = html`Nothing that was done matches. <button type="button" onClick=${showAll}>Show all</button>`;
    return html`
        <div class="bar"><h1>Audit</h1></div>
        ${me.role !== "viewer" && html`<${Filters} query=${query} />`}
        <${Entries} me=${me} wanted=${asking(query)} empty=${nothing} />`;
}
