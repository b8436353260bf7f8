import { get, post } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { useDeed } from "../../parts/deed.js";
import { Outcome } from "../../parts/outcome.js";
import { Table } from "../../parts/table.js";
import { Ago, Clock } from "../../parts/time.js";
import { NOTHING } from "../../wording.js";

const EVERY_MS = 10_000;

/** The silences that hold, which may be ended. */
export function Silences({ mayEnd }) {
    const asked = useLook((signal) => get("/v1/silences", {}, signal), EVERY_MS);
    const [deed, begin] = useDeed();
    const end = ({ silence }) => begin(async () => {
        await post(`/v1/silences/${encodeURIComponent(silence)}/end`, {});
        asked.again();
        return "The silence is over.";
    });
    const columns = [
        { key: "rule", title: "Rule", cell: ({ rule }) => rule ?? "every rule" },
        { key: "selector", title: "Devices", cell: ({ selector }) => selector ?? "all" },
        { key: "until", title: "Until", cell: ({ until_at: at }) => html`<${Clock} time=${at} />` },
        { key: "by", title: "By", cell: ({ made_by: by, made_at: at }) => html`<span>${by}, <${Ago} time=${at} /></span>` },
        { key: "reason", title: "Reason", why: true, cell: ({ reason }) => reason ?? NOTHING },
        ...(mayEnd ? [{ key: "end", title: "End", cell: (each) => html`<button type="button" disabled=${deed.busy}
            onClick=${() => end(each)}>End it</button>` }] : []),
    ];
    return html`<h2>Silences</h2>
        <${Outcome} ...${deed} />
        <${Asked} asked=${asked} what="the silences" isEmpty=${(found) => !found.length}
            empty="Nothing is silenced; whatever a rule finds is raised.">
            ${(found) => html`<${Table} label="Silences" columns=${columns} rows=${found} keyOf=${({ silence }) => silence}
                layout="carded" />`}
        <//>`;
}
