import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { count, number } from "../../wording.js";

const EVERY_MS = 15_000;

/** How many alerts are raised; nothing where none is. */
export function Raised() {
    const rules = useLook((signal) => get("/v1/alert-rules", {}, signal), EVERY_MS, "", { aside: true }).value ?? [];
    const of = (value) => rules.reduce((sum, rule) => sum + value(rule), 0);
    const [raised, kept] = [of((rule) => rule.raised), of((rule) => rule.acknowledged)];
    return raised > 0 && html`<span class="badge" title="${count(raised, "alert")}, ${number(kept)} looked after">
        ${number(raised)}</span>`;
}
