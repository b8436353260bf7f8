import { advance, change } from "../../address.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked, Empty } from "../../parts/asked.js";
import { Choice } from "../../parts/choice.js";
import { Search } from "../../parts/search.js";
import { Files } from "./file.js";
import { asking, Filters, filters } from "./filters.js";
import { Listed, useListed } from "./listed.js";
import { Shares } from "./shares.js";
import { Times } from "./times.js";

const HOUR_MS = 3_600_000;
/** Filters among several devices. */
const OF_SEVERAL = ["device", "selector"];
const MEASURES = [["count", "events"], ["share", "shares"]];

/** Events over time, one by one, and as a file, by what the address says; of one device where it is given. */
export function Explorer({ query, device }) {
    const known = useLook(filters, HOUR_MS);
    return html`<${Asked} asked=${known} what="the filters">
        ${(fields) => html`<${Explored} query=${device ? { ...query, device } : query}
            fields=${fields} beside=${fields.filter(({ name }) => !device || !OF_SEVERAL.includes(name))} />`}
    <//>`;
}

function Explored({ fields, beside, query }) {
    const { by = "", show = "count", before = "" } = query;
    const wanted = asking(fields, query);
    const asked = useListed(wanted, before);
    const wrong = fields.some(({ name }) => name === asked.parameter) ? asked.parameter : "";
    const refused = { wrong, sentence: asked.error };
    return html`
        <div class="choices">
            <${Times} query=${query} ...${refused} />
            ${beside.length === fields.length && html`<${Search} label="By label" placeholder="site" value=${by}
                onSearch=${(text) => change({ by: text })} />`}
            <${Choice} label="Show" value=${show} onChoose=${(value) => change({ show: value })} choices=${MEASURES} />
            <${Files} wanted=${wanted} />
        </div>
        <p class="hint">An emotion read from a face is an estimate of an expression, not of what somebody feels.</p>
        <div class="sieved">
            <${Filters} fields=${beside} query=${query} ...${refused} />
            ${wrong ? html`<${Empty}>Nothing is shown while a filter is wrong.<//>` : html`<div>
                <${Shares} fields=${fields} wanted=${wanted} by=${by} inShares=${show === "share"} onZoom=${zoom} />
                <${Listed} asked=${asked} fields=${beside} wanted=${wanted} before=${before} />
            </div>`}
        </div>`;
}

const zoom = (fromS, toS) => advance({ since: iso(fromS), until: iso(toS), before: "" });
const iso = (timeS) => new Date(Math.round(timeS * 1000)).toISOString();
