import { html } from "../../html.js";

const ROLES = ["viewer", "operator", "admin"];

/** The fields that say what an operator may do, and over which devices. */
export function Given({ role, selector = "" }) {
    return html`
        <div class="field">
            <label>Role <select name="role" aria-describedby="role-hint">
                ${ROLES.map((each) => html`<option key=${each} selected=${each === role}>${each}</option>`)}
            </select></label>
            <small id="role-hint">A viewer looks, an operator also gives orders and reads the audit log, an admin also says
                who may do what.</small>
        </div>
        <div class="field">
            <label>Devices <input name="selector" defaultValue=${selector} placeholder="all" autocomplete="off"
                spellcheck=${false} aria-describedby="devices-hint" /></label>
            <small id="devices-hint">Only these, by labels or names: <code>site=lab</code>, <code>device=nano-*</code>.
                An admin has all.</small>
        </div>`;
}
