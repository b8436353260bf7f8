import { get } from "../../api.js";
import { html, useRef, useState } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { Emotion } from "../../parts/emotion.js";
import { Table } from "../../parts/table.js";
import { Clock } from "../../parts/time.js";
import { number, share } from "../../wording.js";

const EVERY_MS = 2000;
const SHOWN = 30;
const PAGE = 200;

const COLUMNS = [
    { key: "time", title: "Time", cell: (event) => html`<${Seen} ...${event} />` },
    { key: "device", title: "Device", cell: ({ device }) => device },
    { key: "camera", title: "Camera", cell: ({ camera }) => camera },
    { key: "emotion", title: "Emotion", cell: ({ emotion }) => html`<${Emotion} name=${emotion} />` },
    { key: "confidence", title: "Confidence", number: true, cell: ({ confidence }) => share(confidence, 1) },
    { key: "kind", title: "Kind", cell: ({ kind }) => kind },
    { key: "track", title: "Track", number: true, cell: ({ track }) => number(track) },
];

/** The newest events, as they arrive. */
export function Newest({ device }) {
    const [following, setFollowing] = useState(true);
    const before = useRef(null);
    const asked = useLook(following ? (signal) => follow(device, before, signal) : null, EVERY_MS, device, {
        told: "events",
    });
    const turn = (event) => setFollowing(event.target.checked);
    return html`
        <div class="bar">
            <h2>Newest events</h2>
            <label class="push"><input type="checkbox" checked=${following} onChange=${turn} /> Follow</label>
        </div>
        <${Asked} asked=${asked} what="events" isEmpty=${(found) => !found.length}
            empty="No event is stored yet; one arrives when a camera sees a face.">
            ${(found) => html`<${Table} label="Newest events" columns=${COLUMNS} rows=${found} keyOf=${({ id }) => id}
                layout="carded" />`}
        <//>`;
}

/** First the newest, then what was stored since; where that is too much, the newest again. */
async function follow(device, before, signal) {
    const last = before.current?.device === device ? before.current : null;
    const next = last && (await get("/v1/events/as-stored", { after_id: last.id, device, limit: PAGE }, signal)).events;
    if (!next || next.length === PAGE) {
        const answer = await get("/v1/events", { device, limit: SHOWN }, signal);
        before.current = { device, id: answer.last_id, events: answer.events.toReversed() };
    } else if (next.length) {
        before.current = { device, id: next.at(-1).id, events: [...next.toReversed(), ...last.events].slice(0, SHOWN) };
    }
    return before.current.events;
}

/** When it was seen, or when it arrived if the device's clock was wrong. */
function Seen({ time, device_time: said }) {
    if (!said) return html`<${Clock} time=${time} />`;
    return html`<span title="The device’s wrong clock said ${said}."><${Clock} time=${time} /> (arrived)</span>`;
}
