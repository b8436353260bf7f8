import { change } from "../../address.js";
import { get, nowMs } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { Search } from "../../parts/search.js";
import { Table } from "../../parts/table.js";
import { EMOTIONS, hhmm, number, share } from "../../wording.js";

const EVERY_MS = 30_000;

/** Today's events and emotions beside those of the same time a week ago, by the values of a label. */
export function Today({ by }) {
    const look = (signal) => get("/v1/overview/emotions", { by, since: midnight() }, signal);
    const asked = useLook(look, EVERY_MS, by, { keeping: true });
    const empty = "Nothing was seen today or a week ago; events come when a camera sees a face.";
    return html`
        <div class="bar">
            <h2>Seen today, against last week</h2>
            <div class="push">
                <${Search} label="By label" placeholder="site" value=${by} onSearch=${(text) => change({ by: text })} />
            </div>
        </div>
        <${Asked} asked=${asked} what="today’s emotions" isEmpty=${nothing} empty=${empty}>
            ${(found) => html`
                <${Table} label="Events today" columns=${columns(found.by)} rows=${rows(found)} keyOf=${({ name }) => name}
                    layout="carded" />
                <p class="hint">Until ${hhmm(Date.parse(found.until))}, and until the same time a week ago. An emotion read
                    from a face is an estimate of an expression, not of what somebody feels.</p>`}
        <//>`;
}

const nothing = ({ all }) => !all.events && !all.events_before;
const named = (label) => (place) => ({ name: place.value ?? `without ${label}`, ...place });
const rows = ({ all, places, by }) => [{ name: "all devices", ...all }, ...places.map(named(by))];

/** When today began where the browser is. */
const midnight = () => new Date(new Date(nowMs()).setHours(0, 0, 0, 0)).toISOString();

const columns = (label) => [
    { key: "name", title: label, cell: ({ name }) => name },
    { key: "events", title: "Events", number: true, cell: ({ events }) => number(events) },
    { key: "change", title: "Last week", number: true, cell: (place) => html`${number(place.events_before)} ${turned(place)}` },
    ...EMOTIONS.map((emotion) => ({
        key: emotion, title: emotion, number: true,
        cell: (place) => html`<${Share} ...${place.emotions[emotion] ?? NONE} of=${place} />`,
    })),
];

const NONE = { events: 0, events_before: 0 };

/** By how much more or less than last week. */
function turned({ events: now, events_before: before }) {
    if (!before) return "";
    const change = Math.round((100 * (now - before)) / before);
    return html`<small>(${change > 0 ? "+" : ""}${change} %)</small>`;
}

/** A share of today's events, and last week's. */
function Share({ events, events_before: before, of }) {
    const was = share(before, of.events_before);
    return html`<span title="${number(events)}; a week ago ${number(before)}">${share(events, of.events)} <small>${was}</small></span>`;
}
