import { html } from "../../html.js";
import { Entries } from "../../parts/entries.js";

/** What was done to it and decided about it, by whom and from where. */
export function Audit({ me, device: { device: name } }) {
    return html`<${Entries} me=${me} wanted=${{ device: name }} empty="Nothing was done to it yet." />`;
}
