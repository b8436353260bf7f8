import { get, post } from "../../api.js";
import { html, useRef } from "../../html.js";
import { useLook } from "../../live.js";
import { useDeed } from "../../parts/deed.js";
import { Dialog } from "../../parts/dialog.js";

const HOUR_S = 3600;
const LENGTHS = [[HOUR_S, "1 hour"], [4 * HOUR_S, "4 hours"], [24 * HOUR_S, "1 day"], [168 * HOUR_S, "1 week"]];
const RULES_EVERY_MS = 3_600_000;

/** Silences a rule, some devices, or both; about says what is filled in: {rule, device}. */
export function SilenceForm({ about, onClose }) {
    const form = useRef(null);
    const [deed, begin] = useDeed();
    const named = about.rule ? [{ rule: about.rule, title: about.rule }] : [];
    const rules = useLook((signal) => get("/v1/alert-rules", {}, signal), RULES_EVERY_MS).value ?? named;
    const silence = async (event) => {
        event.preventDefault();
        const { for_s: length, ...typed } = Object.fromEntries(new FormData(form.current));
        const done = await begin(async () => void (await post("/v1/silences", { ...typed, for_s: Number(length) })));
        if (done) onClose();
    };
    return html`<${Dialog} title="Silence alerts" onClose=${onClose}>
        <p>What it covers raises no alert meanwhile. What is raised stays; what is still wrong afterwards is raised then.</p>
        <form ref=${form} class="fields" onSubmit=${silence}>
            <div class="field"><label>Rule <select name="rule">
                <option value="">every rule</option>
                ${rules.map(({ rule, title }) => html`<option key=${rule} value=${rule} selected=${rule === about.rule}>
                    ${title}</option>`)}
            </select></label></div>
            <div class="field"><label>Devices <input name="selector" placeholder="all" spellcheck=${false} autocomplete="off"
                defaultValue=${about.device ? `device=${about.device}` : ""} /></label></div>
            <div class="field"><label>For <select name="for_s">${LENGTHS.map(([lengthS, title]) => html`<option
                key=${lengthS} value=${lengthS}>${title}</option>`)}</select></label></div>
            <div class="field"><label>Reason <input name="reason" maxlength="200" autocomplete="off" /></label></div>
            ${deed.failed && html`<p class="bad" role="alert">${deed.said}</p>`}
            <div class="choices">
                <button type="button" onClick=${onClose}>Cancel</button>
                <button class="deed" disabled=${deed.busy}>Silence</button>
            </div>
        </form>
    <//>`;
}
