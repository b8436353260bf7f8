import { change } from "../../address.js";
import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { without } from "./filters.js";

const HOUR_MS = 3_600_000;
const NONE_YET = "No event is stored yet; one arrives when a camera sees a face.";

/** Why there is no event, and which filter to loosen: those without any one of which there would be some. */
export function Nothing({ fields, wanted, before }) {
    const active = fields.filter(({ name }) => wanted[name]);
    const loosen = (signal) => Promise.all(active.map((field) => isThere(wanted, field, signal)));
    const asked = useLook(active.length && !before ? loosen : null, HOUR_MS, JSON.stringify(wanted));
    if (before) return html`There are no earlier events. <${Step} query=${{ before: "" }}>Newest<//>`;
    if (!active.length) return NONE_YET;
    if (!asked.value) return "No event matches.";
    const found = active.filter((_, place) => asked.value[place]);
    if (!found.length) {
        const all = without(active.map(({ name }) => name));
        return html`No event matches, nor without any one of the filters. <${Step} query=${all}>Show all<//>`;
    }
    return html`No event matches. There are some without ${found.map(({ name, title }) => html`<${Step}
        key=${name} query=${without([name])}>${title.toLowerCase()} “${wanted[name]}”<//> `)}`;
}

const Step = ({ query, children }) => html`<button type="button" onClick=${() => change(query)}>${children}</button>`;

async function isThere(wanted, { name }, signal) {
    const { events } = await get("/v1/events", { ...wanted, [name]: "", limit: 1 }, signal);
    return events.length > 0;
}
