import { post } from "../../api.js";
import { html } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { agreed, NEEDED } from "../../parts/dialog.js";
import { Outcome } from "../../parts/outcome.js";

const NOT_TAKEN_UP = "no controller has taken the order up yet; it is carried out when one runs.";
const DIGEST = "digest";
const REASON = "reason";

/** A button for each order that the rollout would take now from who looks. */
export function Orders({ id, me, orders, approval, digest, again }) {
    const [deed, begin] = useDeed();
    const give = async ({ order, does, wants }) => {
        const asked = { reasoned: wants === REASON && NEEDED };
        const agreement = await agreed(`Order ${order} of ${id}?`, does, order, asked);
        if (!agreement) return;
        const named = wants === DIGEST ? { digest } : wants === REASON ? agreement : {};
        await begin(async () => {
            const { outcome } = await post(`/v1/rollouts/${encodeURIComponent(id)}/orders`, { order, ...named });
            again();
            return `${order}: ${outcome ?? NOT_TAKEN_UP}`;
        });
    };
    const theirs = orders.filter(({ wants }) => wants !== DIGEST || !approval?.barred.includes(me.name));
    return html`<div class="push choices" role="group" aria-label="Orders">
            ${theirs.map((each) => html`<button key=${each.order} type="button" data-order=${each.order}
                disabled=${deed.busy} onClick=${() => give(each)}>${each.order}</button>`)}
        </div>
        <${Outcome} ...${deed} doing="Ordering …" />`;
}
