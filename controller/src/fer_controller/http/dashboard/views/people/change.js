import { post } from "../../api.js";
import { html } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { Dialog } from "../../parts/dialog.js";
import { Outcome } from "../../parts/outcome.js";
import { Given } from "./given.js";

/** Asks for another role or other devices. */
export function Change({ me, operator, role, selector, onClose }) {
    const [deed, begin] = useDeed();
    const change = async (event) => {
        event.preventDefault();
        const given = Object.fromEntries(new FormData(event.target));
        const carryOut = () => post(`/v1/operators/${operator}/change`, given).then(() => "");
        if (await begin(carryOut)) onClose();
    };
    return html`<${Dialog} title="What ${operator} may do" onClose=${onClose}>
        <p>Their token stays, and gives this at once.${operator === me.name && " This is you."}</p>
        <form onSubmit=${change}>
            <${Given} role=${role} selector=${selector} />
            <${Outcome} ...${deed} doing="Changing …" />
            <div class="choices">
                <button type="button" onClick=${onClose}>Cancel</button>
                <button class="deed" disabled=${deed.busy}>Change</button>
            </div>
        </form>
    <//>`;
}
