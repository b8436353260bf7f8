import { change } from "../../address.js";
import { get, once } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { Choice } from "../../parts/choice.js";
import { ColumnChoice } from "../../parts/columns.js";
import { Moment } from "../../parts/moment.js";
import { FIRST_SPAN, rangeOf, SPANS, starts } from "../../spans.js";
import { Figure, Together } from "./figures.js";

const EVERY_MS = 30_000;
const WAYS = [["", "a chart each"], ["together", "one chart"]];

/** What rollups keep of each metric: over a span or a free range, each in its chart or several in one. */
export function History({ device: { device: name }, query }) {
    const range = rangeOf(query);
    const key = `${name} ${range.per} ${query.span} ${query.from} ${query.to}`;
    const asked = useLook((signal) => look(name, rangeOf(query), signal), EVERY_MS, key, { keeping: true });
    return html`
        <${Range} query=${query} />
        <${Asked} asked=${asked} what="its history">
            ${(found) => html`<${Drawn} ...${found} query=${query} />`}
        <//>`;
}

/** Which time is looked at: one of the spans that end now, or from a moment to a moment. */
function Range({ query: { span = FIRST_SPAN, from, to } }) {
    const free = Boolean(from || to);
    const spans = Object.entries(SPANS).map(([key, { title }]) => [key, title]);
    const whole = () => change({ from: "", to: "" });
    return html`<div class="choices">
        <${Choice} label="Span" value=${free ? "" : span} choices=${free ? [["", "a free range"], ...spans] : spans}
            onChoose=${(value) => change({ span: value, from: "", to: "" })} />
        <${Moment} label="From" value=${from} onChoose=${(value) => change({ from: value })} />
        <${Moment} label="To" value=${to} onChoose=${(value) => change({ to: value })} />
        ${free && html`<button type="button" onClick=${whole}>Back to the span</button>`}
    </div>`;
}

async function look(name, range, signal) {
    const { per, buckets, unitMs, newestMs } = range;
    const times = starts(range);
    const [since, until] = [times[0], newestMs + unitMs].map((timeMs) => new Date(timeMs).toISOString());
    const rolled = get("/v1/rollups/telemetry", { per, since, until, device: name, limit: buckets }, signal);
    const [found, metrics] = await Promise.all([rolled, once("/v1/metrics")]);
    const rollups = new Map(found.map((each) => [Date.parse(each.start), each]));
    return {
        per,
        charts: metrics.filter(({ lines }) => lines.length),
        rows: times.map((startMs) => ({ ...rollups.get(startMs), startMs })),
    };
}

function Drawn({ per, charts, rows, query }) {
    const columns = charts.map(({ title }) => ({ key: title, title }));
    const chosen = query.figures?.split(",") ?? columns.map(({ key }) => key);
    const shown = charts.filter(({ title }) => chosen.includes(title));
    const zoom = (fromS, toS) => change({ from: isoOf(fromS), to: isoOf(toS) });
    return html`
        <div class="bar">
            <p class="hint">Drag over a chart to look closer.</p>
            <div class="push choices">
                <${ColumnChoice} title="Figures" columns=${[{}, ...columns]} chosen=${chosen}
                    onChoose=${(keys) => change({ figures: keys.join(",") })} />
                <${Choice} label="Show" value=${query.show ?? ""} choices=${WAYS} onChoose=${(show) => change({ show })} />
            </div>
        </div>
        ${query.show === "together"
            ? html`<${Together} charts=${shown} rows=${rows} per=${per} onZoom=${zoom} />`
            : html`<div class="cards wide">${shown.map((chart) => html`<${Figure}
                key=${chart.title} chart=${chart} rows=${rows} per=${per} onZoom=${zoom} />`)}</div>`}`;
}

const isoOf = (timeS) => new Date(timeS * 1000).toISOString();
