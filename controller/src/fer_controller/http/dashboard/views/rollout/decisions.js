import { html, useState } from "../../html.js";
import { Table } from "../../parts/table.js";
import { Clock } from "../../parts/time.js";
import { count, words } from "../../wording.js";

const NEWEST = 10;

const COLUMNS = [
    { key: "time", title: "Time", cell: ({ time }) => html`<${Clock} time=${time} />` },
    { key: "actor", title: "Who", cell: ({ actor }) => actor },
    { key: "action", title: "What", cell: ({ action }) => words(action) },
    { key: "sentence", title: "Why", why: true, cell: ({ sentence }) => sentence },
];

/** What was decided, the newest first; the rest on demand. */
export function Decisions({ audit }) {
    const [all, setAll] = useState(false);
    const newest = (all ? audit : audit.slice(-NEWEST)).toReversed();
    return html`<h2>What was decided</h2>
        <${Table} label="What was decided" columns=${COLUMNS} rows=${newest} keyOf=${({ id }) => id} layout="carded" />
        ${!all && audit.length > NEWEST && html`<button type="button" onClick=${() => setAll(true)}>
            Show all ${count(audit.length, "decision")}</button>`}`;
}
