import { get, nowMs } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { Emotion } from "../../parts/emotion.js";
import { largest, Stack } from "../../parts/stack.js";
import { Table } from "../../parts/table.js";
import { starts } from "../../spans.js";
import { count, EMOTIONS, number, share } from "../../wording.js";

const EVERY_MS = 10_000;
const MOST_ROLLUPS = 10_000;
const OTHER = "--other";

/** How often each emotion was seen in a span, and when. */
export function OverTime({ device, span, inShares }) {
    const asked = useLook((signal) => look(device, span, signal), EVERY_MS, `${device} ${span.title}`);
    const where = `In ${span.words}${device ? `, on ${device}` : ""}`;
    const empty = `${where}, no emotion was rolled up; choose a longer span, or look whether the cameras run.`;
    return html`<${Asked} asked=${asked} what="emotions" empty=${empty} isEmpty=${({ totals }) => !all(totals)}>
        ${(found) => html`<div class="split">
            <${Drawn} where=${where} inShares=${inShares} ...${found} />
            <${Totals} ...${found} />
        </div>`}
    <//>`;
}

async function look(device, span, signal) {
    const times = starts(span).filter((startMs) => startMs <= nowMs());
    const query = { per: span.per, device, since: new Date(times[0]).toISOString(), summed: true, limit: MOST_ROLLUPS };
    const rollups = await get("/v1/rollups/emotions", query, signal);
    const named = [...new Set([...EMOTIONS, ...rollups.map(({ emotion }) => emotion)])];
    const of = (emotion) => rollups.filter((each) => each.emotion === emotion);
    return { times, rollups, totals: named.map((emotion) => totalled(emotion, of(emotion))) };
}

function totalled(emotion, seen) {
    const sum = (value) => seen.reduce((all, each) => all + value(each), 0);
    return {
        emotion, events: sum(({ events }) => events), faces: sum(({ faces }) => faces),
        confidence: sum((each) => each.events * each.confidence_mean),
    };
}

const all = (totals) => totals.reduce((sum, { events }) => sum + events, 0);

function Drawn({ where, inShares, times, rollups, totals }) {
    const place = new Map(times.map((startMs, number) => [startMs, number]));
    const parts = totals.map(({ emotion }) => {
        const values = times.map(() => 0);
        for (const each of rollups.filter((one) => one.emotion === emotion)) {
            if (place.has(Date.parse(each.start))) values[place.get(Date.parse(each.start))] += each.events;
        }
        return { label: emotion, colour: EMOTIONS.includes(emotion) ? `--${emotion}` : OTHER, values };
    });
    const summary = `${where}: ${count(all(totals), "event")}, most often ${largest(totals)}.`;
    return html`<${Stack}
        label="Emotions over time" summary=${summary} parts=${parts} timesS=${times.map((startMs) => startMs / 1000)}
        inShares=${inShares} heightPx=${260} />`;
}

function Totals({ totals }) {
    const columns = [
        { key: "emotion", title: "Emotion", cell: ({ emotion }) => html`<${Emotion} name=${emotion} />` },
        { key: "events", title: "Events", number: true, cell: ({ events }) => number(events) },
        { key: "share", title: "Share", number: true, cell: ({ events }) => share(events, all(totals)) },
        { key: "faces", title: "New faces", number: true, cell: ({ faces }) => number(faces) },
        { key: "confidence", title: "Confidence", number: true, cell: (total) => share(total.confidence, total.events) },
    ];
    const keyOf = ({ emotion }) => emotion;
    return html`<${Table} label="Emotions in this span" columns=${columns} rows=${totals} keyOf=${keyOf} />`;
}
