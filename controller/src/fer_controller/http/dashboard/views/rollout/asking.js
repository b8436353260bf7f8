import { once } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Facts } from "../../parts/facts.js";
import { titled } from "../../wording.js";

const REQUEST = "DeployRequest";
const HOUR_MS = 3_600_000;
const SECONDS = "_s";

/** All that the rollout was asked for with. */
export function Asking({ request }) {
    const asked = useLook(() => once("/v1/openapi.json"), HOUR_MS);
    const fields = asked.value?.components.schemas[REQUEST].properties ?? {};
    const pairs = Object.entries(request).map(([name, value]) => [termed(name, fields), spelled(name, value)]);
    return html`<details class="panel"><summary>What was asked for</summary>
        <${Facts} pairs=${pairs} />
    </details>`;
}

function termed(name, fields) {
    const typed = name.endsWith(SECONDS) ? name.slice(0, -SECONDS.length) : name;
    return html`<span title=${fields[typed]?.description}>${titled(typed)}</span>`;
}

function spelled(name, value) {
    if (Array.isArray(value)) return value.join(", ");
    if (typeof value === "boolean") return value ? "yes" : "no";
    return name.endsWith(SECONDS) && value !== null ? `${value} s` : value;
}
