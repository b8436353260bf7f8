import { get, orderSentence } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { askDevice } from "../../parts/command.js";
import { DeviceLink } from "../../parts/links.js";
import { State } from "../../parts/state.js";
import { Table } from "../../parts/table.js";

const EVERY_MS = 2000;
const LOOKED_THROUGH = 1000;

const COLUMNS = [
    { key: "device", title: "Device", cell: ({ device }) => html`<${DeviceLink} name=${device} />` },
    { key: "state", title: "Restart", cell: ({ state }) => html`<${State} name=${state} />` },
    { key: "reason", title: "Why", why: true, cell: ({ reason }) => reason },
];

/** Asks each of these devices to restart, one after the other; one that can't be asked says why. */
export async function askToRestart(devices) {
    const asked = [];
    for (const device of devices) {
        const failed = (error) => ({ device, command: null, state: "failed", reason: orderSentence(error) });
        asked.push(await askDevice(device, "restart").catch(failed));
    }
    return asked;
}

/** What became of it, device by device. */
export function Restarts({ asked, onClose }) {
    const key = asked.map(({ command }) => command).join(" ");
    const found = useLook((signal) => get("/v1/commands", { limit: LOOKED_THROUGH }, signal), EVERY_MS, key);
    return html`
        <${Asked} asked=${found} what="what became of it">
            ${(commands) => html`<${Table} label="Restarts" columns=${COLUMNS} rows=${standing(asked, commands)}
                keyOf=${({ device }) => device} layout="low carded" />`}
        <//>
        <button type="button" onClick=${onClose}>Close</button>`;
}

function standing(asked, commands) {
    const now = new Map(commands.map((each) => [each.command, each]));
    return asked.map((each) => now.get(each.command) ?? each);
}
