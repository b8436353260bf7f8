import { html } from "../../html.js";
import { Empty } from "../../parts/asked.js";
import { State } from "../../parts/state.js";
import { Table } from "../../parts/table.js";
import { NOTHING, number } from "../../wording.js";
import { Measured } from "./measured.js";

const COLUMNS = [
    { key: "camera", title: "Camera", cell: ({ camera }) => camera },
    { key: "state", title: "State", cell: (camera) => (camera.state ? html`<${Seeing} ...${camera} />` : NOTHING) },
    { key: "fps", title: "FPS", number: true, cell: ({ fps }) => number(fps, 1) },
    { key: "p50", title: "p50 ms", number: true, cell: (camera) => number(camera.latency_p50_ms) },
    { key: "p95", title: "p95 ms", number: true, cell: (camera) => number(camera.latency_p95_ms) },
    { key: "frames", title: "Frames", number: true, cell: ({ frames }) => number(frames) },
    { key: "skipped", title: "Skipped", number: true, cell: (camera) => number(camera.skipped_frames) },
    { key: "faces", title: "Faces", number: true, cell: ({ faces }) => number(faces) },
    { key: "reopened", title: "Reopened", number: true, cell: ({ reopened }) => number(reopened) },
    { key: "error", title: "Error", why: true, cell: ({ error }) => html`<span class="bad">${error || NOTHING}</span>` },
];

/** Whether it runs, and whether it sees: a frozen picture and a dark one tell nothing. */
function Seeing({ state, frozen, dark }) {
    const blind = [frozen && "frozen", dark && "dark"].filter(Boolean);
    return html`<${State} name=${blind.length ? "stale" : state} shown=${[state, ...blind].join(", ")} />`;
}

/** Its cameras as it measured them last. */
export function Cameras({ device }) {
    return html`<${Measured} device=${device}>${({ stored: { message: { cameras } } }) => html`
        <${Table} label="Cameras" columns=${COLUMNS} rows=${cameras} keyOf=${({ camera }) => camera} layout="carded" />
        ${!cameras.length && html`<${Empty}>It has told of no camera yet; <code>fer-agent doctor</code> says why.<//>`}`}
    <//>`;
}
