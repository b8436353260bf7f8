import { link } from "../address.js";
import { html } from "../html.js";

/** The parts of a view, of which one is shown; which one stands in the address. tabs are [key, title], the first first. */
export function Tabs({ label, view, id, tabs, open }) {
    const address = (key) => link(view, id, { tab: key === tabs[0][0] ? "" : key });
    return html`<nav class="tabs" aria-label=${label}>${tabs.map(([key, title]) => html`<a
        key=${key} href=${address(key)} aria-current=${key === open ? "page" : null}>${title}</a>`)}</nav>`;
}
