import { get, post } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { capitalized, clock } from "../wording.js";
import { Asked } from "./asked.js";
import { Diagnosis } from "./diagnosis.js";
import { State } from "./state.js";
import { Ago, clocked } from "./time.js";

const OPEN = ["asked", "sent"];
const OPEN_EVERY_MS = 1000;
const SETTLED_EVERY_MS = 30_000;
const WAITING = {
    asked: "No controller has sent it yet; one that does so has the role ingest.",
    sent: "A broker has it, and the device has not answered yet.",
};

/** Asks something of a device; resolves to the command as it stands then. */
export const askDevice = (device, kind) => post(`/v1/devices/${encodeURIComponent(device)}/commands`, { kind });

/** How a command stands, followed until it is settled, with what the device answered. */
export function Command({ id, onClose }) {
    const path = `/v1/commands/${encodeURIComponent(id)}`;
    const asked = useLook((signal) => get(path, {}, signal), pace, id);
    return html`<section class="panel" aria-label="Command">
        <${Asked} asked=${asked} what="the command">${(command) => html`<${Told} ...${command} onClose=${onClose} />`}<//>
    </section>`;
}

const pace = ({ state }) => (OPEN.includes(state) ? OPEN_EVERY_MS : SETTLED_EVERY_MS);

function Told({ device, kind, state, asked_by: by, asked_at: at, expires_at: until, reason, diagnosis, onClose }) {
    const open = OPEN.includes(state);
    return html`
        <div class="bar" role="status">
            <h2>${capitalized(kind)}</h2> <${State} name=${state} />
            <span class="hint">asked by ${by} <${Ago} time=${at} />${open && `; the device has until ${clock(until)}`}</span>
            ${onClose && html`<button type="button" class="push" onClick=${onClose}>Close</button>`}
        </div>
        <p class="reason">${clocked(reason ?? (open ? WAITING[state] : ""))}</p>
        ${diagnosis && html`<${Diagnosis} device=${device} kind=${kind} at=${at} ...${diagnosis} />`}`;
}
