import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { largest, Stack } from "../../parts/stack.js";
import { Table } from "../../parts/table.js";
import { capitalized, clock, count, EMOTIONS, number, share } from "../../wording.js";
import { spanOf } from "./span.js";

const EVERY_MS = { minute: 10_000, hour: 60_000, day: 600_000 };
const MOST_ROWS = 20_000;
const MOST_CHARTS = 6;
const OTHER = "--other";
const EVERYONE = "all devices";

/** How often each emotion was seen, and when: of all devices, or of those of each value of a label. */
export function Shares({ fields, wanted, by, inShares, onZoom }) {
    const ask = (signal) => look(fields, wanted, by, signal);
    const asked = useLook(ask, EVERY_MS[spanOf(wanted)?.per] ?? EVERY_MS.minute, JSON.stringify([wanted, by]), { keeping: true });
    const uncharted = fields.filter(({ name, isCharted }) => !isCharted && wanted[name]);
    const empty = `No emotion was rolled up in ${wanted.since ? "this time" : "the last 31 days; choose from when"}.`;
    return html`
        <${Asked} asked=${asked} what="emotions" empty=${empty} isEmpty=${({ groups }) => !groups.length}>
            ${(found) => html`<${Groups} ...${found} by=${by} inShares=${inShares} onZoom=${onZoom} />`}
        <//>
        ${uncharted.length > 0 && html`<p class="hint">This filter concerns the list and files alone, not charts and shares:
            ${uncharted.map(({ title }) => title.toLowerCase()).join("; ")}.</p>`}`;
}

function Groups({ groups, times, per, cutToDays, isFull, by, ...drawing }) {
    const several = groups.length > 1;
    return html`
        <div class=${several ? "cards wide" : ""}>
            ${groups.slice(0, MOST_CHARTS).map((group) => html`<${Drawn}
                key=${group.name} ...${group} times=${times} heightPx=${several ? 160 : 240} ...${drawing} />`)}
        </div>
        <${Table} label="Emotions in this time" columns=${columns(by)} rows=${groups} keyOf=${({ name }) => name}
            layout="carded" />
        ${(cutToDays || isFull) && html`<p class="hint">Charts show ${isFull ? "the newest of it" : count(cutToDays, "day")};
            choose another time for the rest.</p>`}
        ${per === "day" && html`<p class="hint">Each bar is a day in UTC.</p>`}`;
}

/** Groups with most events first: {name, rows, emotions: {emotion: events}, events, faces, uncertain, rated}. */
async function look(fields, wanted, by, signal) {
    const span = spanOf(wanted);
    const charted = fields.filter(({ isCharted }) => isCharted).map(({ name }) => [name, wanted[name] ?? ""]);
    const since = new Date(span.times[0]).toISOString();
    const query = { ...Object.fromEntries(charted), per: span.per, by, since, limit: MOST_ROWS };
    const rows = await get("/v1/rollups/emotions/shares", query, signal);
    const nameOf = ({ value }) => (by ? (value ?? `without ${by}`) : wanted.device || EVERYONE);
    const groups = [...new Set(rows.map(nameOf))].map((name) => summed(name, rows.filter((row) => nameOf(row) === name)));
    const sorted = groups.filter(({ events }) => events).sort((one, other) => other.events - one.events);
    return { ...span, groups: sorted, isFull: rows.length === MOST_ROWS };
}

function summed(name, rows) {
    const emotions = Object.fromEntries(EMOTIONS.map((emotion) => [emotion, 0]));
    for (const { emotion, events } of rows) emotions[emotion] = (emotions[emotion] ?? 0) + events;
    const of = (value) => rows.reduce((sum, row) => sum + value(row), 0);
    return {
        name, rows, emotions, events: of(({ events }) => events), faces: of(({ faces }) => faces),
        uncertain: of(({ uncertain }) => uncertain ?? 0), rated: of(({ rated }) => rated),
    };
}

function Drawn({ name, rows, emotions, events, times, ...drawing }) {
    const place = new Map(times.map((startMs, number) => [startMs, number]));
    const parts = Object.keys(emotions).map((emotion) => {
        const values = times.map(() => 0);
        for (const row of rows.filter((each) => each.emotion === emotion)) {
            if (place.has(Date.parse(row.start))) values[place.get(Date.parse(row.start))] += row.events;
        }
        return { label: emotion, colour: EMOTIONS.includes(emotion) ? `--${emotion}` : OTHER, values };
    });
    const totals = Object.entries(emotions).map(([emotion, seen]) => ({ emotion, events: seen }));
    const summary = `From ${clock(times[0])}: ${count(events, "event")}, most often ${largest(totals)}.`;
    return html`<section>
        <h3>${name === EVERYONE ? capitalized(name) : name}</h3>
        <${Stack} label="Emotions of ${name} over time" summary=${summary} parts=${parts} group="shares"
            timesS=${times.map((startMs) => startMs / 1000)} ...${drawing} />
    </section>`;
}

/** The share of the events of which a device said whether it was certain; it may have said so of some alone. */
function marked({ uncertain, rated, events }) {
    if (!rated) return "not told";
    return rated < events ? `${share(uncertain, rated)} of ${number(rated)}` : share(uncertain, rated);
}

const columns = (by) => [
    { key: "name", title: by || "Devices", cell: ({ name }) => name },
    { key: "events", title: "Events", number: true, cell: ({ events }) => number(events) },
    { key: "faces", title: "New faces", number: true, cell: ({ faces }) => number(faces) },
    { key: "uncertain", title: "Marked uncertain", number: true, cell: marked },
    ...EMOTIONS.map((emotion) => ({
        key: emotion, title: emotion, number: true, cell: ({ emotions, events }) => share(emotions[emotion], events),
    })),
];
