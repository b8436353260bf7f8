import { change } from "../../address.js";
import { get } from "../../api.js";
import { html, useRef } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { Emotion } from "../../parts/emotion.js";
import { DeviceLink } from "../../parts/links.js";
import { Table } from "../../parts/table.js";
import { Clock } from "../../parts/time.js";
import { number, share } from "../../wording.js";
import { Nothing } from "./nothing.js";

const EVERY_MS = 2000;
const PAST_EVERY_MS = 3_600_000;
const SHOWN = 50;
const MOST_AT_ONCE = 200;

const COLUMNS = [
    { key: "time", title: "Time", cell: (event) => html`<${Seen} ...${event} />` },
    { key: "device", title: "Device", cell: ({ device }) => html`<${DeviceLink} name=${device} />` },
    { key: "camera", title: "Camera", cell: ({ camera }) => camera },
    { key: "emotion", title: "Emotion", cell: ({ emotion }) => html`<${Emotion} name=${emotion} />` },
    { key: "confidence", title: "Confidence", number: true, cell: (event) => html`<${Sureness} ...${event} />` },
    { key: "kind", title: "Kind", cell: ({ kind }) => kind },
    { key: "track", title: "Track", number: true, cell: ({ track }) => number(track) },
    { key: "face_px", title: "Face px", number: true, cell: ({ face_px: px }) => number(px) },
    { key: "model", title: "Model", cell: ({ model }) => model },
];

/** The newest events that match, as they arrive; or, where the address says before which one, a page of earlier ones. */
export function useListed(wanted, before) {
    const newest = useRef(null);
    const key = JSON.stringify([wanted, before]);
    const look = (signal) => (before ? earlier(wanted, before, signal) : follow(wanted, key, newest, signal));
    return useLook(look, before ? PAST_EVERY_MS : EVERY_MS, key, { keeping: true, told: before ? "" : "events" });
}

/** The events, and the way back in time. */
export function Listed({ asked, fields, wanted, before }) {
    const turn = (event) => change({ before: event ? `${event.time},${event.id}` : "" });
    return html`
        <h2>${before ? "Earlier events" : "Newest events"}</h2>
        <${Asked} asked=${asked} what="events" isEmpty=${(found) => !found.length}
            empty=${html`<${Nothing} fields=${fields} wanted=${wanted} before=${before} />`}>
            ${(found) => html`
                <${Table} label="Events" columns=${COLUMNS} rows=${found} keyOf=${({ id }) => id} layout="carded" />
                <nav class="pages" aria-label="Pages">
                    ${before && html`<button type="button" onClick=${() => turn(null)}>Newest</button>`}
                    <button type="button" disabled=${found.length < SHOWN}
                        onClick=${() => turn(found.at(-1))}>Earlier</button>
                </nav>`}
        <//>`;
}

async function earlier(wanted, before, signal) {
    const [time, id] = before.split(",");
    const query = { ...wanted, before_time: time, before_id: id, limit: SHOWN };
    return (await get("/v1/events/before", query, signal)).events;
}

/** First the newest, then what was stored since; where that is too much, the newest again. */
async function follow(wanted, key, newest, signal) {
    const last = newest.current?.key === key ? newest.current : null;
    const after = { ...wanted, after_id: last?.id, limit: MOST_AT_ONCE };
    const next = last && (await get("/v1/events/as-stored", after, signal)).events;
    if (!next || next.length === MOST_AT_ONCE) {
        const answer = await get("/v1/events", { ...wanted, limit: SHOWN }, signal);
        newest.current = { key, id: answer.last_id, events: answer.events.toReversed() };
    } else if (next.length) {
        newest.current = { key, id: next.at(-1).id, events: [...next.toReversed(), ...last.events].slice(0, SHOWN) };
    }
    return newest.current.events;
}

/** When it was seen, or when it arrived if the device's clock was wrong. */
function Seen({ time, device_time: said }) {
    if (!said) return html`<${Clock} time=${time} />`;
    return html`<span title="The device’s wrong clock said ${said}."><${Clock} time=${time} /> (arrived)</span>`;
}

/** How likely the emotion is, and whether the device says that it had too little to go by. */
function Sureness({ confidence, uncertain }) {
    if (!uncertain) return share(confidence, 1);
    return html`<span title="The device saw too little of this face to rely on it.">${share(confidence, 1)} (uncertain)</span>`;
}
