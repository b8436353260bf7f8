import { html } from "../../html.js";
import { Chart } from "../../parts/chart.js";
import { capitalized, known, number } from "../../wording.js";

const OF_KIND = { mean: "--accent" };
const IN_TURN = ["--accent", "--angry", "--disgust", "--fear", "--happy", "--surprise", "--neutral", "--sad"];
const GROUP = "history";

/** One metric: its mean, and its lowest or highest where rollups keep that. */
export function Figure({ chart, rows, per, onZoom }) {
    const { title, unit, digits } = chart;
    const lines = chart.lines.map(({ kind, field }) => ({
        label: kind, colour: OF_KIND[kind] ?? "--faint", values: valuesOf(rows, field),
    }));
    return html`<section>
        <h2>${capitalized(title)}<span class="hint">, ${unit}</span></h2>
        <${Chart}
            label=${capitalized(title)} summary="${lines.map((line) => summed(line, digits)).join("; ")}; ${seen(rows, per)}"
            timesS=${timesOf(rows)} lines=${lines} unit=${unit} digits=${digits} heightPx=${150} group=${GROUP}
            onZoom=${onZoom} />
    </section>`;
}

/** The means of several metrics in one chart, each on the scale of its unit. */
export function Together({ charts, rows, per, onZoom }) {
    const lines = charts.map(({ title, unit, digits, lines: [{ field }] }, place) => ({
        label: capitalized(title), colour: IN_TURN[place % IN_TURN.length], unit, digits, values: valuesOf(rows, field),
    }));
    return html`<section class="panel"><${Chart}
        label="Figures together" summary=${`${lines.map((line) => line.label).join(", ")}; ${seen(rows, per)}`}
        timesS=${timesOf(rows)} lines=${lines} heightPx=${320} onZoom=${onZoom} /></section>`;
}

const timesOf = (rows) => rows.map(({ startMs }) => startMs / 1000);
const valuesOf = (rows, field) => rows.map((row) => row[field] ?? null);
const seen = (rows, per) => `in ${rows.filter((row) => row.samples).length} of ${rows.length} ${per}s`;

function summed({ label, values }, digits) {
    const measured = values.filter(known);
    if (!measured.length) return `${label} not measured`;
    const figures = [Math.min(...measured), Math.max(...measured), measured.at(-1)];
    const [least, most, last] = figures.map((value) => number(value, digits));
    return `${label} ${least} to ${most}, last ${last}`;
}
