import { change } from "../../address.js";
import { get, once } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { Asked } from "../../parts/asked.js";
import { Chart } from "../../parts/chart.js";
import { Choice } from "../../parts/choice.js";
import { FIRST_SPAN, SPANS, starts } from "../../spans.js";
import { capitalized, known, number } from "../../wording.js";

const EVERY_MS = 30_000;
const COLOURS = { mean: "--accent" };

/** A chart for each metric that rollups keep. */
export function History({ name, query }) {
    const span = SPANS[query.span] ?? SPANS[FIRST_SPAN];
    const asked = useLook((signal) => look(name, span, signal), EVERY_MS, `${name} ${span.title}`);
    return html`
        <div class="bar">
            <h2>History</h2>
            <div class="push"><${Choice}
                label="Span" value=${query.span ?? FIRST_SPAN} onChoose=${(value) => change({ span: value })}
                choices=${Object.entries(SPANS).map(([key, { title }]) => [key, title])} /></div>
        </div>
        <${Asked} asked=${asked} what="its history">
            ${({ charts, rows }) => html`<div class="cards wide">${charts.map((chart) => html`<${Figure}
                key=${chart.title} chart=${chart} rows=${rows} span=${span} />`)}</div>`}
        <//>`;
}

async function look(name, span, signal) {
    const { per, since, buckets } = span;
    const query = { per, since, device: name, limit: buckets + 1 };
    const [found, metrics] = await Promise.all([get("/v1/rollups/telemetry", query, signal), once("/v1/metrics")]);
    const rollups = new Map(found.map((each) => [Date.parse(each.start), each]));
    return {
        charts: metrics.filter(({ lines }) => lines.length),
        rows: starts(span).map((startMs) => ({ ...rollups.get(startMs), startMs })),
    };
}

function Figure({ chart, rows, span: { per, buckets } }) {
    const { title, unit, digits } = chart;
    const lines = chart.lines.map(({ kind, field }) => ({
        label: kind, colour: COLOURS[kind] ?? "--faint", values: rows.map((row) => row[field] ?? null),
    }));
    const seen = `in ${rows.filter((row) => row.samples).length} of ${buckets} ${per}s`;
    const said = lines.map((line) => summed(line, digits)).join("; ");
    return html`<section>
        <h3>${capitalized(title)}<span class="hint">, ${unit}</span></h3>
        <${Chart}
            label=${capitalized(title)} summary="${said}; ${seen}" timesS=${rows.map((row) => row.startMs / 1000)}
            lines=${lines} unit=${unit} digits=${digits} heightPx=${150} group="history" />
    </section>`;
}

function summed({ label, values }, digits) {
    const measured = values.filter(known);
    if (!measured.length) return `${label} not measured`;
    const figures = [Math.min(...measured), Math.max(...measured), measured.at(-1)];
    const [least, most, last] = figures.map((value) => number(value, digits));
    return `${label} ${least} to ${most}, last ${last}`;
}
