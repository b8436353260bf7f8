import { change, go } from "../../address.js";
import { get, once, post } from "../../api.js";
import { html, useRef, useState } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { useDeed } from "../../parts/deed.js";
import { agreed } from "../../parts/dialog.js";
import { Change } from "./change.js";
import { Field, typed } from "./field.js";
import { Plan, summed } from "./plan.js";

const OFFER_EVERY_MS = 60_000;
const REQUEST = "DeployRequest";
const BROUGHT = ["model", "precision", "sets", "unsets", "without_model"];
const GROUPS = [
    ["Which devices", ["selector", "devices", "offline"]],
    ["When", ["start", "windows"]],
];
const OTHERS = "In which waves, and how they are judged";

/**
 * The form of a new rollout: all that it may be asked for, as the API describes it, and the plan before it begins. It
 * is open where the address says `new`, which may also say what is filled in: devices, selector, model.
 */
export function DeployForm({ query }) {
    const open = Boolean(query.new);
    const asked = useLook(open ? look : null, OFFER_EVERY_MS);
    const turn = (event) => change({ new: event.target.open ? "yes" : "" });
    return html`<details class="panel" id="deploy" open=${open} onToggle=${turn}>
        <summary>New rollout</summary>
        ${open && html`<${Asked} asked=${asked} what="what may be asked for">
            ${(offer) => html`<${Form} given=${query} ...${offer} />`}
        <//>`}
    </details>`;
}

async function look(signal) {
    const [api, models, settings] = await Promise.all([
        once("/v1/openapi.json"), get("/v1/models", {}, signal), once("/v1/settings"),
    ]);
    const { properties: fields } = api.components.schemas[REQUEST];
    return { fields, settings, models: models.toReversed().map(({ model }) => model) };
}

function Form({ fields, models, settings, given }) {
    const form = useRef(null);
    const [planned, setPlanned] = useState(null);
    const [deed, begin] = useDeed();
    const preview = (event) => {
        event.preventDefault();
        setPlanned(null);
        const request = typed(form.current, fields);
        begin(async () => setPlanned({ request, plan: await post("/v1/plans", request) }));
    };
    const start = async () => {
        if (!(await agreed("Begin this rollout?", summed(planned.plan), "Begin"))) return;
        await begin(async () => go("rollouts", (await post("/v1/rollouts", planned.request)).rollout));
    };
    const forget = () => setPlanned(null);
    return html`<form ref=${form} class="asked-for" aria-busy=${deed.busy} onSubmit=${preview} onInput=${forget}>
            <${Change} fields=${fields} models=${models} settings=${settings} given=${given} onTurn=${forget} />
            ${grouped(fields).map(([title, names]) => html`<fieldset key=${title}>
                <legend>${title}</legend>
                <div class="fields">${names.map((name) => html`<${Field}
                    key=${name} name=${name} given=${given[name]} ...${fields[name]} />`)}</div>
            </fieldset>`)}
            <button disabled=${deed.busy}>Preview the plan</button>
        </form>
        ${deed.failed && html`<p class="bad" role="alert">${deed.said}</p>`}
        ${planned && html`<${Plan} ...${planned.plan} busy=${deed.busy} onBegin=${start} />`}`;
}

/** What is in no group of its own comes last. */
function grouped(fields) {
    const placed = [...BROUGHT, ...GROUPS.flatMap(([, names]) => names)];
    return [...GROUPS, [OTHERS, Object.keys(fields).filter((name) => !placed.includes(name))]];
}
