import { post } from "../../api.js";
import { html, useState } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { agreed } from "../../parts/dialog.js";

const RELEASING = "Rollouts may reach it again, and its failures are counted from zero.";

/** Labels and quarantine of a device, which operators may change. */
export function Labels({ name, labels, quarantined, operator, again }) {
    const [typed, setTyped] = useState("");
    const [deed, begin] = useDeed();
    const change = (words) => begin(async () => (await post("/v1/labels", { devices: [name], ...words }), again()));
    const set = async (event) => {
        event.preventDefault();
        const wanted = typed.split(/[\s,]+/).filter(Boolean);
        if (wanted.length && (await change({ labels: wanted }))) setTyped("");
    };
    const release = async () => {
        if (await agreed(`Release ${name} from quarantine?`, RELEASING, "release")) await change({ release: true });
    };
    const pairs = Object.entries(labels).sort();
    return html`<section>
        <h2>Labels</h2>
        ${quarantined !== null && html`<p class="outcome">
            ${`In quarantine: ${quarantined || "it failed too often"}`.replace(/\.*$/, ". ")}
            ${operator && html`<button type="button" disabled=${deed.busy} onClick=${release}>Release</button>`}</p>`}
        ${!pairs.length && html`<p class="hint">It has no labels.</p>`}
        <ul class="labels">${pairs.map(([key, value]) => html`<li key=${key}>
            <code>${key}=${value}</code>
            ${operator && html`<button type="button" aria-label="Remove ${key}" disabled=${deed.busy}
                onClick=${() => change({ remove: [key] })}>×</button>`}
        </li>`)}</ul>
        ${operator && html`<form class="choices" onSubmit=${set}>
            <label>Label <input size="14" placeholder="site=lab" autocomplete="off" spellcheck=${false} required
                value=${typed} onInput=${(event) => setTyped(event.target.value)} /></label>
            <button disabled=${deed.busy}>Set</button>
        </form>`}
        ${deed.failed && html`<p class="bad" role="alert">${deed.said}</p>`}
    </section>`;
}
