import { post } from "../../api.js";
import { html } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { Outcome } from "../../parts/outcome.js";
import { agreed } from "../../parts/dialog.js";

const NOT_TAKEN_UP = "no controller has taken the order up yet; it is carried out when one runs.";

/** A button for each order that the rollout would take now. */
export function Orders({ id, orders, again }) {
    const [deed, begin] = useDeed();
    const give = async ({ order, does }) => {
        if (!(await agreed(`Order ${order} of ${id}?`, does, order))) return;
        await begin(async () => {
            const { outcome } = await post(`/v1/rollouts/${encodeURIComponent(id)}/orders`, { order });
            again();
            return `${order}: ${outcome ?? NOT_TAKEN_UP}`;
        });
    };
    return html`<div class="push choices" role="group" aria-label="Orders">
            ${orders.map((each) => html`<button key=${each.order} type="button" data-order=${each.order}
                disabled=${deed.busy} onClick=${() => give(each)}>${each.order}</button>`)}
        </div>
        <${Outcome} ...${deed} doing="Ordering …" />`;
}
