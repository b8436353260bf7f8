import { change } from "../address.js";
import { get } from "../api.js";
import { html, useState } from "../html.js";
import { kept } from "../kept.js";
import { useLook } from "../live.js";
import { Asked, Empty } from "../parts/asked.js";
import { ColumnChoice } from "../parts/columns.js";
import { Pages } from "../parts/pages.js";
import { Search } from "../parts/search.js";
import { Table } from "../parts/table.js";
import { count, number } from "../wording.js";
import { COLUMNS, FIRST_COLUMNS } from "./fleet/columns.js";
import { useLines } from "./fleet/lines.js";
import { Marked } from "./fleet/marked.js";
import { asking, LIMIT, Sieve, sieved } from "./fleet/sieve.js";

const EVERY_MS = 5000;
const KEPT = "fleet.columns";

export const fleet = { title: "Fleet", View: Fleet };

/** The fleet's table: filtered, sorted and turned page by page by the controller; all of it stands in the address. */
function Fleet({ me, query }) {
    const wanted = asking(query);
    const asked = useLook((signal) => get("/v1/fleet", wanted, signal), EVERY_MS, JSON.stringify(wanted), {
        keeping: true, told: "hello",
    });
    const [marked, setMarked] = useState(new Set());
    const without = (names) => [...marked].filter((name) => !names.includes(name));
    const mark = (names, on) => setMarked(new Set(on ? [...marked, ...names] : without(names)));
    const chosen = query.columns?.split(",") ?? kept.get(KEPT, FIRST_COLUMNS);
    const choose = (keys) => (kept.set(KEPT, keys), change({ columns: keys.join(",") }));
    return html`
        <div class="bar">
            <h1>Fleet</h1>
            ${asked.value && !asked.silent && html`<p role="status">${counted(asked.value)}</p>`}
            <div class="push choices">
                <${Search} label="Search" placeholder="name, model or label" value=${query.where ?? ""}
                    onSearch=${(where) => change({ where, offset: "" })} />
                <${ColumnChoice} columns=${COLUMNS} chosen=${chosen} onChoose=${choose} />
            </div>
        </div>
        <${Asked} asked=${asked} what="the fleet" isEmpty=${({ devices }) => !devices}
            empty=${html`No device has been heard of yet; <code>fer-controller enroll DEVICE</code> lets one in.`}>
            ${(found) => html`<div class="sieved" aria-busy=${asked.waiting}>
                <${Sieve} facets=${found.facets} query=${query} />
                <div>
                    <${Marked} me=${me} marked=${marked} clear=${() => setMarked(new Set())} again=${asked.again} />
                    <${Found} found=${found} query=${query} chosen=${chosen} operator=${me.role !== "viewer"}
                        marked=${marked} mark=${mark} again=${asked.again} />
                </div>
            </div>`}
        <//>`;
}

const counted = ({ total, devices }) => `${total === devices ? "" : `${number(total)} of `}${count(devices, "device")}`;

function Found({ found, query, chosen, operator, marked, mark, again }) {
    const lines = useLines(found.lines, again);
    const offset = Number(query.offset) || 0;
    if (!lines.length) {
        return html`<${Empty}>No device matches.
            <button type="button" onClick=${() => change(sieved)}>Show all</button><//>`;
    }
    const columns = COLUMNS.filter(({ key }, place) => !place || chosen.includes(key));
    return html`
        <${Table} label="Devices" columns=${columns} rows=${lines} keyOf=${({ device }) => device} layout="tall carded"
            sort=${query.sort ?? "device"} onSort=${(sort) => change({ sort, offset: "" })}
            marked=${marked} onMark=${operator ? mark : null} />
        <${Pages} total=${found.total} offset=${offset} limit=${LIMIT} shown=${lines.length}
            onTurn=${(to) => change({ offset: to || "" })} />`;
}
