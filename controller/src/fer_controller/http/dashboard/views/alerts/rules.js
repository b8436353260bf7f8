import { get } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { Table } from "../../parts/table.js";
import { figure, lasted, number } from "../../wording.js";

const EVERY_MS = 60_000;

const COLUMNS = [
    { key: "title", title: "Rule", cell: ({ title }) => title },
    { key: "meaning", title: "Raised when", why: true, cell: ({ meaning }) => meaning },
    { key: "value", title: "Set to", cell: (rule) => html`<code>${rule.setting} = ${spelled(rule.value)}</code>` },
    { key: "lasting", title: "Has to last", number: true, cell: ({ value, lasting_s: s }) => (value ? wait(s) : "off") },
    { key: "raised", title: "Raised now", number: true, cell: ({ raised }) => number(raised) },
];

const spelled = (value) => (typeof value === "boolean" ? String(value) : figure(value));
const wait = (timeS) => (timeS ? lasted(timeS) : "at once");

/** The rules as the controller's settings have them. */
export function Rules() {
    const asked = useLook((signal) => get("/v1/alert-rules", {}, signal), EVERY_MS);
    return html`<details class="panel" id="rules"><summary>Rules, as the controller’s settings have them</summary>
        <${Asked} asked=${asked} what="the rules">
            ${(rules) => html`<${Table} label="Rules" columns=${COLUMNS} rows=${rules} keyOf=${({ rule }) => rule}
                layout="carded" />`}
        <//>
    </details>`;
}
