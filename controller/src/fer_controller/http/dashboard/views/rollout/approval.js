import { html } from "../../html.js";
import { Hash } from "../../parts/hash.js";

/** Who has approved a rollout, how many have to, and which plan that is. */
export function Approval({ approval, digest }) {
    if (!approval) return null;
    const { needed, by } = approval;
    return html`<p class="hint">Approved by ${by.join(", ") || "nobody yet"}, of ${needed} who have to; the plan
        is <${Hash} sha256=${digest} />.</p>`;
}
