import { get, nowMs } from "../api.js";
import { html, useState } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { Facts } from "../parts/facts.js";
import { Table } from "../parts/table.js";
import { Ago, Clock } from "../parts/time.js";
import { Change } from "./people/change.js";
import { Deeds } from "./people/deeds.js";
import { MadeToken } from "./people/made_token.js";
import { NewOperator } from "./people/new_operator.js";

const EVERY_MS = 10_000;

export const people = { title: "People", View: People };

/** Who may do what: an administrator sees and changes everybody, anybody else sees what they may do themselves. */
function People({ me }) {
    return html`
        <div class="bar"><h1>People</h1></div>
        ${me.role === "admin" ? html`<${Everybody} me=${me} />` : html`<${Oneself} me=${me} />`}`;
}

function Oneself({ me }) {
    return html`
        <div class="cards"><section><h2>You</h2><${Facts} pairs=${[
            ["Name", me.name], ["Role", me.role], ["Devices", me.selector || "all"],
        ]} /></section></div>
        <p class="hint">Administrators see everybody, and say who may do what.</p>`;
}

function Everybody({ me }) {
    const asked = useLook((signal) => get("/v1/operators", {}, signal), EVERY_MS);
    const [made, setMade] = useState(null);
    const [changing, setChanging] = useState(null);
    const deeds = (each) => html`<${Deeds}
        me=${me} ...${each} change=${() => setChanging(each)} made=${setMade} again=${asked.again} />`;
    const columns = [...COLUMNS, { key: "deeds", title: "Actions", cell: deeds }];
    return html`
        <${NewOperator} made=${setMade} again=${asked.again} />
        <${Asked} asked=${asked} what="the operators">
            ${(found) => html`<${Table} label="Operators" columns=${columns} rows=${found}
                keyOf=${({ operator }) => operator} layout="carded" />`}
        <//>
        ${changing && html`<${Change} me=${me} ...${changing}
            onClose=${() => (setChanging(null), asked.again())} />`}
        ${made && html`<${MadeToken} ...${made} onClose=${() => setMade(null)} />`}`;
}

const COLUMNS = [
    { key: "operator", title: "Operator", cell: ({ operator }) => operator },
    { key: "role", title: "Role", cell: ({ role }) => role },
    { key: "selector", title: "Devices", cell: ({ selector }) => (selector ? html`<code>${selector}</code>` : "all") },
    { key: "made", title: "Token made", number: true, cell: (each) => html`<${Ago} time=${each.made_at} />` },
    { key: "expires", title: "Expires", number: true, cell: (each) => html`<${End} time=${each.expires_at} />` },
    { key: "used", title: "Last used", number: true, cell: (each) => html`<${Use} time=${each.last_used_at} />` },
];

/** When a token ends; one that has ended lets nobody in. */
function End({ time }) {
    if (!time) return "never";
    const over = Date.parse(time) <= nowMs();
    return html`<span class=${over ? "bad" : ""}>${over && "void since "}<${over ? Clock : Ago} time=${time} /></span>`;
}

const Use = ({ time }) => (time ? html`<${Ago} time=${time} />` : "never");
