import { html } from "../html.js";

const MINUTE_MS = 60_000;
const LENGTH = "2026-01-31T12:00".length;

/** Asks for a minute by this browser's clock; value and onChoose(value) are ISO 8601 in UTC, or empty. */
export function Moment({ label, value, onChoose }) {
    const choose = (event) => onChoose(event.target.value && new Date(event.target.value).toISOString());
    return html`<label>${label} <input type="datetime-local" value=${local(value)} onChange=${choose} /></label>`;
}

/** As the field takes it; what is no such time, such as `2h`, is not shown in it. */
function local(value) {
    const time = new Date(value ?? "");
    if (Number.isNaN(time.getTime())) return "";
    return new Date(time.getTime() - time.getTimezoneOffset() * MINUTE_MS).toISOString().slice(0, LENGTH);
}
