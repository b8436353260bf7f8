import { go } from "../../address.js";
import { post } from "../../api.js";
import { html, useState } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { Outcome } from "../../parts/outcome.js";
import { agreed } from "../../parts/dialog.js";
import { count } from "../../wording.js";
import { askToRestart, Restarts } from "./restarts.js";

const NAMED = 5;

/** What is asked first, why one may hesitate, and what is changed; without a change agents are restarted. */
const ACTIONS = [
    {
        title: "Restart agents", question: (many) => `Restart the agents of ${many}?`, deed: "restart",
        why: "They end in order and are started again. Cameras are away for some seconds; no event is lost.",
    },
    {
        title: "Quarantine", question: (many) => `Put ${many} into quarantine?`, deed: "quarantine", reasoned: true,
        why: "Rollouts leave them out until somebody releases them. They go on as they are.",
        change: (reason) => ({ quarantine: true, reason }), done: "put into quarantine",
    },
    {
        title: "Release from quarantine", question: (many) => `Release ${many} from quarantine?`, deed: "release",
        why: "Rollouts may reach them again, and their failures are counted from zero.",
        change: () => ({ release: true }), done: "released",
    },
];

/** What may be done with the devices that are marked. */
export function Marked({ marked, clear, again }) {
    const [deed, begin] = useDeed();
    const [asked, setAsked] = useState([]);
    if (!marked.size && !deed.said && !asked.length) return null;
    const devices = [...marked].sort();
    const many = count(devices.length, "device");
    const relabel = (words, done) => begin(async () => {
        await post("/v1/labels", { devices, ...words });
        again();
        return `${many} ${done}.`;
    });
    const take = async ({ question, why, deed: title, reasoned, change, done }) => {
        const sure = await agreed(question(many), `${named(devices)} ${why}`, title, { reasoned });
        if (sure && change) await relabel(change(sure.reason), done);
        else if (sure) await begin(async () => setAsked(await askToRestart(devices)));
    };
    const deploy = () => go("rollouts", "", { new: "yes", devices: devices.join(",") });
    return html`<section class="panel choices" aria-label="Marked devices">
        <strong>${many} marked</strong>
        <${Labelling} idle=${deed.busy || !marked.size}
            onLabel=${(labels) => relabel({ labels }, `labelled ${labels.join(", ")}`)} />
        ${ACTIONS.map((action) => html`<button key=${action.title} type="button" disabled=${deed.busy || !marked.size}
            onClick=${() => take(action)}>${action.title}</button>`)}
        <button type="button" disabled=${!marked.size} onClick=${deploy}>New rollout</button>
        <button type="button" onClick=${clear}>Unmark all</button>
        <${Outcome} ...${deed} doing="One moment …" />
        ${asked.length > 0 && html`<${Restarts} asked=${asked} onClose=${() => setAsked([])} />`}
    </section>`;
}

function Labelling({ idle, onLabel }) {
    const [typed, setTyped] = useState("");
    const label = async (event) => {
        event.preventDefault();
        const labels = typed.split(/[\s,]+/).filter(Boolean);
        if (labels.length && (await onLabel(labels))) setTyped("");
    };
    return html`<form class="choices" onSubmit=${label}>
        <label>Label <input size="14" placeholder="site=lab" required autocomplete="off" spellcheck=${false}
            value=${typed} onInput=${(event) => setTyped(event.target.value)} /></label>
        <button disabled=${idle}>Set</button>
    </form>`;
}

const named = (devices) => `${devices.slice(0, NAMED).join(", ")}${devices.length > NAMED ? " and others" : ""}.`;
