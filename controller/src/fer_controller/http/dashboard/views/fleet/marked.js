import { go } from "../../address.js";
import { post } from "../../api.js";
import { html, useState } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { Outcome } from "../../parts/outcome.js";
import { agreed } from "../../parts/dialog.js";
import { count } from "../../wording.js";

const RELEASING = "Rollouts may reach them again, and their failures are counted from zero.";
const NAMED = 5;

/** What may be done with the devices that are marked. */
export function Marked({ marked, clear, again }) {
    const [typed, setTyped] = useState("");
    const [deed, begin] = useDeed();
    if (!marked.size && !deed.said) return null;
    const devices = [...marked].sort();
    const many = count(devices.length, "device");
    const change = (words, done) => begin(async () => {
        await post("/v1/labels", { devices, ...words });
        again();
        return `${many} ${done}.`;
    });
    const label = async (event) => {
        event.preventDefault();
        const labels = typed.split(/[\s,]+/).filter(Boolean);
        if (labels.length && (await change({ labels }, `labelled ${labels.join(", ")}`))) setTyped("");
    };
    const release = async () => {
        const sure = await agreed(`Release ${many} from quarantine?`, `${named(devices)} ${RELEASING}`, "release");
        if (sure) await change({ release: true }, "released");
    };
    const deploy = () => go("rollouts", "", { new: "yes", devices: devices.join(",") });
    return html`<section class="panel choices" aria-label="Marked devices">
        <strong>${many} marked</strong>
        <form class="choices" onSubmit=${label}>
            <label>Label <input size="14" placeholder="site=lab" required autocomplete="off" spellcheck=${false}
                value=${typed} onInput=${(event) => setTyped(event.target.value)} /></label>
            <button disabled=${deed.busy || !marked.size}>Set</button>
        </form>
        <button type="button" disabled=${deed.busy || !marked.size} onClick=${release}>Release from quarantine</button>
        <button type="button" disabled=${!marked.size} onClick=${deploy}>New rollout</button>
        <button type="button" onClick=${clear}>Unmark all</button>
        <${Outcome} ...${deed} />
    </section>`;
}

const named = (devices) => `${devices.slice(0, NAMED).join(", ")}${devices.length > NAMED ? " and others" : ""}.`;
