import { html, useState } from "../../html.js";
import { known } from "../../wording.js";
import { Field } from "./field.js";

/** What a rollout brings: a model, settings, or both. onTurn() tells that it was changed by a button. */
export function Change({ fields, models, settings, given, onTurn }) {
    const [model, setModel] = useState(given.model ?? models[0] ?? "");
    return html`<fieldset>
        <legend>What it brings</legend>
        <div class="fields">
            <div class="field">
                <label><span>Model</span> <select name="model" value=${model} aria-describedby="model-hint"
                    onChange=${(event) => setModel(event.target.value)}>
                    ${models.map((each) => html`<option key=${each} value=${each} selected=${each === model}>${each}</option>`)}
                    <option value="" selected=${!model}>None: settings alone</option>
                </select></label>
                <small id="model-hint">Devices that get settings alone keep their models.</small>
            </div>
            ${model ? html`<${Field} name="precision" given=${given.precision} ...${fields.precision} />`
                : html`<input type="hidden" name="without_model" value="true" />`}
        </div>
        <${Settings} settings=${settings} onTurn=${onTurn} />
    </fieldset>`;
}

function Settings({ settings, onTurn }) {
    const [chosen, setChosen] = useState([]);
    const choose = (names) => (setChosen(names), onTurn());
    const add = (event) => {
        if (event.target.value) choose([...chosen, event.target.value]);
        event.target.value = "";
    };
    return html`<ul class="assigned" aria-label="Settings that it brings">
            ${chosen.map((name) => html`<${Setting} key=${name} ...${settings.find((each) => each.name === name)}
                onRemove=${() => choose(chosen.filter((each) => each !== name))} />`)}
        </ul>
        <label>Add a setting <select onChange=${add}>
            <option value="">…</option>
            ${settings.filter(({ name }) => !chosen.includes(name)).map(({ name }) => html`<option key=${name}>${name}</option>`)}
        </select></label>`;
}

function Setting({ name, kind, default: usual, bounds, meaning, onRemove }) {
    const [value, setValue] = useState(known(usual) ? String(usual) : "");
    const [taken, setTaken] = useState(false);
    const hint = `setting-${name}`;
    const type = (event) => setValue(event.target.value);
    const about = { "aria-label": `Value of ${name}`, "aria-describedby": hint, value, disabled: taken };
    const allowed = [bounds, known(usual) && `default ${usual}`].filter(Boolean).join("; ");
    return html`<li>
        <code>${name}</code>
        <input type="hidden" name=${taken ? "unsets" : "sets"} value=${taken ? name : `${name}=${value}`} />
        ${kind === "bool"
            ? html`<select ...${about} onChange=${type}>${["true", "false"].map((each) => html`<option
                key=${each} selected=${each === value}>${each}</option>`)}</select>`
            : html`<input size="8" required=${!taken} autocomplete="off" spellcheck=${false} ...${about} onInput=${type} />`}
        <label><input type="checkbox" checked=${taken} onChange=${(event) => setTaken(event.target.checked)} />
            ${" "}as on the device itself again</label>
        <button type="button" aria-label="Leave ${name} out" onClick=${onRemove}>×</button>
        <small id=${hint}>${meaning}${allowed && ` (${allowed})`}.</small>
    </li>`;
}
