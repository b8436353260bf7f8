import { html } from "../../html.js";
import { Table } from "../../parts/table.js";
import { Clock } from "../../parts/time.js";
import { count, megabytes, NOTHING } from "../../wording.js";

const MOST_ROWS = 200;

const COLUMNS = [
    { key: "device", title: "Device", cell: ({ device }) => device },
    { key: "wave", title: "Wave", number: true, cell: ({ wave }) => wave },
    { key: "class", title: "Class", cell: (row) => row.class ?? NOTHING },
    { key: "running", title: "Runs now", cell: ({ running }) => running ?? NOTHING },
    { key: "model", title: "Is to run", cell: ({ model }) => model },
    { key: "bytes", title: "MB", number: true, cell: ({ bytes }) => megabytes(bytes) },
    { key: "warnings", title: "Beware", why: true, cell: (row) => html`<span class="bad">${row.warnings.join("; ")}</span>` },
    { key: "why", title: "Why", why: true, cell: ({ why }) => why },
];
const LEFT_OUT = [
    { key: "device", title: "Device", cell: ({ device }) => device },
    { key: "reason", title: "Reason", why: true, cell: ({ reason }) => reason },
];

/** A plan in a sentence. */
export function summed({ model, devices, waves, bytes }) {
    const inWaves = waves.length ? ` in waves of ${waves.join(", ")}; ${megabytes(bytes)} MB to move at most` : "";
    return `${model}: ${count(devices.length, "device")}${inWaves}.`;
}

/** What a rollout would do, with what may go wrong, before it begins. */
export function Plan({ request, gates, doubts, devices, left_out: left, busy, onBegin, ...plan }) {
    const warned = devices.filter(({ warnings }) => warnings.length);
    const warnedFirst = [...warned, ...devices.filter(({ warnings }) => !warnings.length)];
    return html`<section class="plan" aria-label="The plan">
        <h2>The plan</h2>
        <p role="status">${summed({ ...plan, devices })}</p>
        ${request.start && html`<p class="hint">It begins <${Clock} time=${request.start} />.</p>`}
        ${request.windows.length > 0 && html`<p class="hint">It tells devices within ${request.windows.join("; ")}.</p>`}
        <p class="hint">Gates: ${gates.join(", ") || "none"}.</p>
        ${doubts.map((doubt) => html`<p key=${doubt} class="warning">${doubt}</p>`)}
        ${warned.length > 0 && html`<p class="warning">${count(warned.length, "device")} with a warning, listed first.</p>`}
        <${Shown} label="Devices of the plan" columns=${COLUMNS} rows=${warnedFirst} />
        ${!devices.length && html`<p class="asked empty">No device is to be updated; the list below says why.</p>`}
        ${left.length > 0 && html`<details><summary>${count(left.length, "device")} left out</summary>
            <${Shown} label="Left out" columns=${LEFT_OUT} rows=${left} /></details>`}
        ${devices.length > 0 && html`<button type="button" class="deed" disabled=${busy} onClick=${onBegin}>
            Begin this rollout</button>`}
    </section>`;
}

function Shown({ rows, ...table }) {
    const shown = rows.slice(0, MOST_ROWS);
    return html`<${Table} ...${table} rows=${shown} keyOf=${({ device }) => device} layout="low carded" />
        ${rows.length > MOST_ROWS && html`<p class="hint">The first ${MOST_ROWS} of ${count(rows.length, "device")}.</p>`}`;
}
