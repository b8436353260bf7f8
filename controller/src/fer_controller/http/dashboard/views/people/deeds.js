import { nowMs, post } from "../../api.js";
import { html } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { agreed } from "../../parts/dialog.js";
import { Outcome } from "../../parts/outcome.js";

const SIGNED_OUT = "Whoever signed in with it is signed out at once.";

/** What an administrator may do with an operator: change() asks what to change, made() is told of a new token. */
export function Deeds({ me, operator, role, expires_at: ends, change, made, again }) {
    const [deed, begin] = useDeed();
    const oneself = operator === me.name ? " This is you." : "";
    const order = async (question, explanation, words, carryOut) => {
        if (!(await agreed(question, explanation + oneself, words))) return;
        await begin(() => carryOut().then(again));
    };
    const replace = () => order(
        `Make another token for ${operator}?`, `The one that they have is void then. ${SIGNED_OUT}`, "Make a token",
        () => post("/v1/operators", { operator, replace: true }).then(made),
    );
    const revoke = () => order(
        `Void the token of ${operator}?`, `${SIGNED_OUT} They stay ${role}, and get in again with another token.`,
        "Void the token", () => post(`/v1/operators/${operator}/void`, {}),
    );
    const remove = () => order(
        `Remove ${operator}?`, `Their token is void. ${SIGNED_OUT} The audit log keeps their name.`, "Remove",
        () => post(`/v1/operators/${operator}/remove`, {}),
    );
    const isVoid = ends && Date.parse(ends) <= nowMs();
    return html`<div class="choices" role="group" aria-label=${operator}>
        <button type="button" disabled=${deed.busy} onClick=${change}>Change</button>
        <button type="button" disabled=${deed.busy} onClick=${replace}>New token</button>
        <button type="button" disabled=${deed.busy || isVoid} onClick=${revoke}>Void token</button>
        <button type="button" disabled=${deed.busy} onClick=${remove}>Remove</button>
        <${Outcome} ...${deed} />
    </div>`;
}
