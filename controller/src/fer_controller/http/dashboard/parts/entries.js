import { go, useAddress } from "../address.js";
import { get } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { NOTHING, number, words } from "../wording.js";
import { Asked, Empty } from "./asked.js";
import { DeviceLink, RolloutLink } from "./links.js";
import { Table } from "./table.js";
import { Clock } from "./time.js";

const EVERY_MS = 10_000;
const PAGE = 50;

const COLUMNS = [
    { key: "time", title: "Time", cell: ({ time }) => html`<${Clock} time=${time} />` },
    { key: "actor", title: "Who", cell: ({ actor }) => actor },
    { key: "action", title: "What", cell: ({ action }) => words(action) },
    { key: "subject", title: "On", cell: (entry) => html`<${Subject} ...${entry} />` },
    { key: "sentence", title: "In words", why: true, cell: ({ sentence }) => sentence },
    { key: "origin", title: "Asked from", cell: ({ origin }) => origin || "the controller" },
];

/**
 * The entries of the audit log that match what is wanted, as /v1/audit takes it, the newest first. Which page it is
 * stands in the address, as `before`; what else stands there is kept. empty says what to do where nothing matches.
 */
export function Entries({ me, wanted, empty }) {
    const { view, id, query } = useAddress();
    const asking = { ...wanted, before_id: query.before };
    const readable = me.role !== "viewer";
    const asked = useLook(readable ? (signal) => look(asking, signal) : null, EVERY_MS, JSON.stringify(asking), {
        keeping: true,
    });
    if (!readable) return html`<${Empty}>Operators and administrators read the audit log; your token is a viewer’s.<//>`;
    const turn = (before) => go(view, id, { ...query, before });
    return html`<${Asked} asked=${asked} what="the audit log">
        ${({ entries, older, searched }) => html`<div aria-busy=${asked.waiting}>
            <${Table} label="Audit log" columns=${COLUMNS} rows=${entries} keyOf=${(entry) => entry.id} layout="carded" />
            ${!entries.length && html`<${Empty}>${empty}<//>`}
            ${searched && html`<p class="hint">These words were looked for in ${number(searched)} entries; there are older ones.</p>`}
            <${Turning} older=${older} paged=${query.before} turn=${turn} />
        </div>`}
    <//>`;
}

/** Entries of a page, the newest first, and before which one the next goes on: {entries, older, searched}. */
async function look(asking, signal) {
    const found = await get("/v1/audit", { ...asking, limit: PAGE + 1 }, signal);
    const entries = found.slice(-PAGE).toReversed();
    if (found.length > PAGE) return { entries, older: entries.at(-1).id };
    return { entries, ...(asking.text && (await unread(asking, signal))) };
}

/** Words are looked for in so many entries at once; before which one they were not, where there is one. */
async function unread({ until, before_id }, signal) {
    const [{ searched }, [newest]] = await Promise.all([
        get("/v1/audit/names", {}, signal), get("/v1/audit", { until, before_id, limit: 1 }, signal),
    ]);
    return newest?.id > searched ? { older: newest.id - searched + 1, searched } : {};
}

function Subject({ device, rollout }) {
    if (!device && !rollout) return NOTHING;
    return html`${device && html`<${DeviceLink} name=${device} />`} ${rollout && html`<${RolloutLink} id=${rollout} />`}`;
}

/** Pages are told by the entry that they end before, so that a page stays what it is while entries are added. */
function Turning({ older, paged, turn }) {
    if (!older && !paged) return null;
    return html`<nav class="pages" aria-label="Pages">
        <button type="button" disabled=${!paged} onClick=${() => turn("")}>Newest</button>
        <button type="button" disabled=${!older} onClick=${() => turn(older)}>Older</button>
    </nav>`;
}
