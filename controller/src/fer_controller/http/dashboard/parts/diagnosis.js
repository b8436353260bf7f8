import { html } from "../html.js";
import { number } from "../wording.js";
import { Facts } from "./facts.js";
import { State } from "./state.js";
import { Table } from "./table.js";

const WHOLE = "diagnose";

const FINDINGS = [
    { key: "check", title: "Check", cell: ({ check }) => check },
    { key: "state", title: "State", cell: ({ state }) => html`<${State} name=${state} />` },
    { key: "found", title: "Found", why: true, cell: ({ found }) => found },
    { key: "remedy", title: "What to do", why: true, cell: ({ remedy }) => remedy },
];

/** What a device told of itself: findings, settings, versions and log, as far as it was asked for them. */
export function Diagnosis({ device, kind, at, ...told }) {
    const { findings = [], settings = "", versions = {}, log = [], left_out: leftOut = 0 } = told;
    return html`<div class="told">
        ${kind === WHOLE && html`<button type="button" onClick=${() => save(device, at, told)}>Download the bundle</button>`}
        <${Table} label="Findings" columns=${FINDINGS} rows=${findings} keyOf=${({ check }) => check} layout="carded" />
        <${Facts} pairs=${Object.entries(versions)} />
        ${settings && html`<h3>Settings</h3><${Text} label="Settings" lines=${settings} />`}
        ${leftOut > 0 && html`<p class="hint">${number(leftOut)} older lines of that hour are left out.</p>`}
        ${log.length > 0 && html`<h3>Log of the hour before</h3><${Text} label="Log" lines=${log.join("\n")} />`}
        ${kind === "logs" && !log.length && html`<p class="hint">It logged nothing in that hour.</p>`}
    </div>`;
}

const Text = ({ label, lines }) => html`<pre class="scroll low" role="region" tabindex="0" aria-label=${label}>${lines}</pre>`;

/** The bundle as `devices diagnose` writes it. */
function save(device, at, bundle) {
    const file = new Blob([JSON.stringify(bundle, null, 2)], { type: "application/json" });
    const place = document.createElement("a");
    place.href = URL.createObjectURL(file);
    place.download = `${device}-${at.replace(/[:.]/g, "")}.json`;
    place.click();
    URL.revokeObjectURL(place.href);
}
