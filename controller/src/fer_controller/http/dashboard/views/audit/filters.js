import { change } from "../../address.js";
import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Choice } from "../../parts/choice.js";
import { Moment } from "../../parts/moment.js";
import { Search } from "../../parts/search.js";
import { words } from "../../wording.js";

const NAMES_EVERY_MS = 60_000;
const FILTERS = ["actor", "action", "device", "rollout", "since", "until", "text"];

/** What the controller is asked for an address. */
export const asking = (query) => Object.fromEntries(FILTERS.map((name) => [name, query[name]]));

/** Takes all filters out of the address. */
export const showAll = () => change({ ...Object.fromEntries(FILTERS.map((name) => [name, ""])), before: "" });

/** By whom, what, on what, when, and in which words; another filter begins at the newest entry again. */
export function Filters({ query }) {
    const names = useLook((signal) => get("/v1/audit/names", {}, signal), NAMES_EVERY_MS).value;
    const about = (name) => ({ value: query[name] ?? "", onChoose: (value) => change({ [name]: value, before: "" }) });
    return html`<section class="panel choices" aria-label="Filter">
        <${Among} label="Who" values=${names?.actors} ...${about("actor")} />
        <${Among} label="What" values=${names?.actions} ...${about("action")} />
        <${Named} label="Device" hint="its whole name" ...${about("device")} />
        <${Named} label="Rollout" hint="its whole id" ...${about("rollout")} />
        <${Moment} label="From" ...${about("since")} />
        <${Moment} label="Until" ...${about("until")} />
        <${Named} label="Words" hint="in the sentence" ...${about("text")} />
        ${FILTERS.some((name) => query[name]) && html`<button type="button" onClick=${showAll}>Show all</button>`}
    </section>`;
}

const Named = ({ label, hint, value, onChoose }) => html`<${Search}
    label=${label} placeholder=${hint} value=${value} onSearch=${onChoose} />`;

/** One of those that there are; one that the address names is there, too, before they are known. */
function Among({ label, values = [], value, onChoose }) {
    const all = [...new Set([...values, value])].filter(Boolean);
    const choices = [["", "all"], ...all.map((each) => [each, words(each)])];
    return html`<${Choice} label=${label} value=${value} onChoose=${onChoose} choices=${choices} />`;
}
