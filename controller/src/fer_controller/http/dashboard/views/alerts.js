import { change } from "../address.js";
import { get } from "../api.js";
import { html, useState } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { Choice } from "../parts/choice.js";
import { Outcome } from "../parts/outcome.js";
import { useDeed } from "../parts/deed.js";
import { Table } from "../parts/table.js";
import { columns } from "./alerts/columns.js";
import { Raised } from "./alerts/raised.js";
import { Rules } from "./alerts/rules.js";
import { Silences } from "./alerts/silences.js";
import { SilenceForm } from "./alerts/silence_form.js";

const EVERY_MS = 5000;
const NEWEST = 200;
const SHOWN = [["", "what is the matter"], ["over", "what is over, too"]];

export const alerts = { title: "Alerts", View: Alerts, Count: Raised };

/** What is the matter, who looks after it, what is silenced, and the rules that find it. */
function Alerts({ me, query }) {
    const { show = "" } = query;
    const [silencing, setSilencing] = useState(null);
    const [deed, begin] = useDeed();
    const look = (signal) => get("/v1/alerts", { all: show ? "true" : "", limit: NEWEST }, signal);
    const asked = useLook(look, EVERY_MS, show, { keeping: true });
    const maySilence = me.role !== "viewer" && !me.selector;
    const shown = columns({
        begin: me.role !== "viewer" && ((doing) => begin(doing).then(asked.again)),
        silence: maySilence && setSilencing,
    });
    return html`
        <div class="bar">
            <h1>Alerts</h1>
            <div class="push choices">
                <${Choice} label="Show" value=${show} onChoose=${(value) => change({ show: value })} choices=${SHOWN} />
                ${maySilence && html`<button type="button" onClick=${() => setSilencing({})}>Silence …</button>`}
            </div>
        </div>
        <${Outcome} ...${deed} />
        <${Asked} asked=${asked} what="the alerts" isEmpty=${(found) => !found.length}
            empty=${show ? "Nothing was the matter in the last months." : "Nothing is the matter; “what is over, too” shows what was."}>
            ${(found) => html`<${Table} label="Alerts" columns=${shown} rows=${found} keyOf=${({ alert }) => alert}
                layout="carded" />
                ${found.length === NEWEST && html`<p class="hint">The newest ${NEWEST}; <code>fer-controller alerts
                    --all</code> lists more.</p>`}`}
        <//>
        <${Silences} mayEnd=${maySilence} />
        <${Rules} />
        ${silencing && html`<${SilenceForm} about=${silencing} onClose=${() => (setSilencing(null), asked.again())} />`}`;
}
