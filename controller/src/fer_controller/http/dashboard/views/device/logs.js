import { change } from "../../address.js";
import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { askDevice, Command } from "../../parts/command.js";
import { useDeed } from "../../parts/deed.js";

const EVERY_MS = 10_000;
const LOGS = "logs";

/** What its agent logged in the hour before it was asked for that last. */
export function Logs({ device: { device: name }, query }) {
    const asked = useLook((signal) => newest(name, signal), EVERY_MS, `${name} ${query.log}`);
    const [deed, begin] = useDeed();
    const ask = () => begin(async () => change({ log: (await askDevice(name, LOGS)).command }));
    return html`
        <div class="bar">
            <p>What the agent logs stays on the device until somebody asks for it.</p>
            <button type="button" class="push" disabled=${deed.busy} onClick=${ask}>Ask for the last hour</button>
        </div>
        ${deed.failed && html`<p class="bad" role="alert">${deed.said}</p>`}
        <${Asked} asked=${asked} what="its log" isEmpty=${(found) => !found} empty="Nobody has asked for its log within a week.">
            ${(found) => html`<${Command} key=${found.command} id=${found.command} />`}
        <//>`;
}

async function newest(name, signal) {
    const found = await get("/v1/commands", { device: name }, signal);
    return found.find(({ kind }) => kind === LOGS) ?? null;
}
