import { change, go } from "../../address.js";
import { get, once, post } from "../../api.js";
import { html, useRef, useState } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { useDeed } from "../../parts/deed.js";
import { agreed } from "../../parts/dialog.js";
import { Plan, summed } from "./plan.js";

const MODELS_EVERY_MS = 60_000;
const REQUEST = "DeployRequest";

/**
 * The form of a new rollout: all that it may be asked for, as the API describes it, and the plan before it begins. It
 * is open where the address says `new`, which may also say what is filled in: devices, selector, model.
 */
export function DeployForm({ query }) {
    const open = Boolean(query.new);
    const asked = useLook(open ? look : null, MODELS_EVERY_MS);
    const turn = (event) => change({ new: event.target.open ? "yes" : "" });
    return html`<details class="panel" id="deploy" open=${open} onToggle=${turn}>
        <summary>New rollout</summary>
        ${open && html`<${Asked} asked=${asked} what="what may be asked for"
            isEmpty=${({ models }) => !models.length}
            empty=${html`The registry has no model yet; add one with <code>fer-controller models add</code>.`}>
            ${(offer) => html`<${Form} given=${query} ...${offer} />`}
        <//>`}
    </details>`;
}

async function look(signal) {
    const [api, models] = await Promise.all([once("/v1/openapi.json"), get("/v1/models", {}, signal)]);
    const { properties: fields } = api.components.schemas[REQUEST];
    return { fields, models: models.toReversed().map(({ model }) => model) };
}

function Form({ fields, models, given }) {
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
    return html`<form ref=${form} class="fields" aria-busy=${deed.busy} onSubmit=${preview} onInput=${forget}>
            ${Object.entries(fields).map(([name, field]) => html`<${Field}
                key=${name} name=${name} models=${models} given=${given[name]} ...${field} />`)}
            <div><button disabled=${deed.busy}>Preview the plan</button></div>
        </form>
        ${deed.failed && html`<p class="bad" role="alert">${deed.said}</p>`}
        ${planned && html`<${Plan} ...${planned.plan} busy=${deed.busy} onBegin=${start} />`}`;
}

/** What was typed; what is empty is left to its default. */
function typed(form, fields) {
    const given = [...new FormData(form)].filter(([, value]) => value.trim());
    const several = (name) => fields[name].type === "array";
    return Object.fromEntries(given.map(([name, value]) => [name, several(name) ? value.split(/[\s,]+/) : value]));
}

function Field({ name, title, description, models, given, ...field }) {
    const hint = `${name}-hint`;
    const about = { name, "aria-describedby": hint };
    const choices = name === "model" ? models : field.enum;
    const value = given ?? (Array.isArray(field.default) ? field.default.join(", ") : String(field.default ?? ""));
    const switched = field.type === "boolean";
    return html`<div class="field">
        <label class=${switched ? "switch" : ""}>
            ${switched && html`<input type="checkbox" value="true" defaultChecked=${field.default} ...${about} />`}
            <span>${title}</span>
            ${choices && html`<${Select} about=${about} choices=${choices} given=${given} />`}
            ${!switched && !choices && html`<input defaultValue=${value} spellcheck=${false} autocomplete="off"
                ...${about} />`}
        </label>
        <small id=${hint}>${description}</small>
    </div>`;
}

const Select = ({ about, choices, given }) => html`<select ...${about}>
    ${choices.map((each) => html`<option key=${each} selected=${each === given}>${each}</option>`)}
</select>`;
