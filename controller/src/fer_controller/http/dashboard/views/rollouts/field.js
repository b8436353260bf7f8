import { html } from "../../html.js";
import { titled } from "../../wording.js";

const WINDOW = "Mon-Fri 22:00-05:00 Europe/Berlin";
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** One thing that a rollout may be asked for with, as the API describes it. */
export function Field({ name, description, given, ...field }) {
    const hint = `${name}-hint`;
    const about = { name, "aria-describedby": hint };
    const switched = field.type === "boolean";
    return html`<div class="field">
        <label class=${switched ? "switch" : ""}>
            ${switched && html`<input type="checkbox" value="true" defaultChecked=${field.default} ...${about} />`}
            <span>${titled(name)}</span>
            ${!switched && html`<${Input} about=${about} given=${given} ...${field} />`}
        </label>
        <small id=${hint}>${description}${name === "start" && ` Here, by the clock of ${ZONE}.`}</small>
    </div>`;
}

function Input({ about, given, enum: choices, default: usual }) {
    if (choices) return html`<${Select} about=${about} choices=${choices} given=${given} />`;
    if (about.name === "start") return html`<input type="datetime-local" ...${about} />`;
    const value = given ?? (Array.isArray(usual) ? usual.join(", ") : String(usual ?? ""));
    return html`<input defaultValue=${value} spellcheck=${false} autocomplete="off"
        placeholder=${about.name === "windows" ? WINDOW : ""} ...${about} />`;
}

const Select = ({ about, choices, given }) => html`<select ...${about}>
    ${choices.map((each) => html`<option key=${each} selected=${each === given}>${each}</option>`)}
</select>`;

/** What was typed; what is empty is left to its default. */
export function typed(form, fields) {
    const data = new FormData(form);
    const found = Object.entries(fields).map(([name, field]) => {
        const values = data.getAll(name).map((value) => value.trim()).filter(Boolean);
        return [name, values.length ? meant(name, field, values) : undefined];
    });
    return Object.fromEntries(found.filter(([, value]) => value !== undefined));
}

function meant(name, { type }, values) {
    if (name === "start") return new Date(values[0]).toISOString();
    return type === "array" ? values.flatMap((value) => value.split(/[\s,]+/)) : values[0];
}
