import { html, useEffect, useLayoutEffect, useRef, useState } from "../html.js";
import uPlot from "../vendor/uplot.js";
import { hhmm, number } from "../wording.js";

const DAY_S = 86_400;
const NARROWEST_PX = 160;
/** Left, and right, as uPlot numbers them. */
const SIDES = [3, 1];
const DARK = matchMedia("(prefers-color-scheme: dark)");

/**
 * A chart over time that shows values on hover and zooms where it is dragged; a double click shows all again.
 *
 * timesS are seconds since 1970. A line is {label, values, colour (a CSS variable), bars, told}: values has null where
 * nothing was measured, and told what is shown instead, where values are sums. Lines may have units and digits of their
 * own: each unit has a scale, and the first two an axis. summary says it in words. Charts of one group share their cursor.
 * onZoom(fromS, toS) is told what was dragged over.
 */
export function Chart({ label, summary, timesS, lines, unit = "", digits = 0, heightPx = 180, group, onZoom }) {
    const place = useRef(null);
    const plot = useRef(null);
    const dark = useDark();
    const drawn = JSON.stringify([lines.map((line) => [line.label, line.unit]), unit, digits, heightPx, dark, group]);
    const newest = useRef({});
    newest.current = { lines, onZoom };
    useLayoutEffect(() => {
        const options = optionsOf({ newest, unit, digits, heightPx, group, widthPx: widthOf(place.current) });
        plot.current = new uPlot(options, dataOf(timesS, lines), place.current);
        const resizing = new ResizeObserver(() => {
            plot.current.setSize({ width: widthOf(place.current), height: heightPx });
        });
        resizing.observe(place.current);
        return () => (resizing.disconnect(), plot.current.destroy());
    }, [drawn]);
    useEffect(() => plot.current.setData(dataOf(timesS, lines)), [JSON.stringify([timesS, lines])]);
    return html`<figure class="chart">
        <div ref=${place} role="img" aria-label="${label}: ${summary}"></div>
        <figcaption class="hint">${summary}</figcaption>
    </figure>`;
}

function useDark() {
    const [dark, setDark] = useState(DARK.matches);
    useEffect(() => {
        const turn = () => setDark(DARK.matches);
        DARK.addEventListener("change", turn);
        return () => DARK.removeEventListener("change", turn);
    }, []);
    return dark;
}

const widthOf = (element) => Math.max(NARROWEST_PX, element.clientWidth);
const dataOf = (timesS, lines) => [timesS, ...lines.map(({ values }) => values)];
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name);

function optionsOf({ newest, unit, digits, heightPx, group, widthPx }) {
    const axis = { stroke: colour("--faint"), grid: { stroke: colour("--line"), width: 1 }, ticks: { show: false } };
    const zoomed = (plot) => {
        const { left, width } = plot.select;
        if (width) newest.current.onZoom?.(plot.posToVal(left, "x"), plot.posToVal(left + width, "x"));
    };
    const time = { label: "Time", value: (_plot, timeS) => (timeS ? spelled(timeS) : "") };
    const units = [...new Set(newest.current.lines.map((line) => line.unit ?? unit))];
    return {
        width: widthPx,
        height: heightPx,
        cursor: { sync: group ? { key: group } : undefined, points: { size: 6 } },
        scales: Object.fromEntries(units.map((each) => [scaleOf(each), { range }])),
        axes: [{ ...axis, values: times, size: 28 }, ...upright(units, axis)],
        series: [time, ...newest.current.lines.map(series(newest, unit, digits))],
        hooks: { setSelect: [zoomed] },
    };
}

const scaleOf = (unit) => `of ${unit}`;
const range = (_plot, low, high) => [Math.min(0, low ?? 0), roomAbove(high)];

/** One axis for one unit, which needs no label; for several, a labelled one on either side. */
function upright(units, axis) {
    const plain = { ...axis, values: (_plot, splits) => splits.map(axisNumber), size: 54 };
    if (units.length === 1) return [{ ...plain, scale: scaleOf(units[0]) }];
    return units.slice(0, SIDES.length).map((unit, place) => ({
        ...plain, scale: scaleOf(unit), side: SIDES[place], label: unit, labelSize: 18,
        grid: place ? { show: false } : axis.grid,
    }));
}

const roomAbove = (high) => (high > 0 ? high * 1.08 : 1);
const axisNumber = (value) => value.toLocaleString("en", { maximumFractionDigits: 2 });

const series = (newest, unit, digits) => ({ label, colour: name, bars, ...own }, place) => ({
    label,
    scale: scaleOf(own.unit ?? unit),
    stroke: colour(name),
    fill: bars ? colour(name) : undefined,
    width: bars ? 0 : 1.6,
    points: { show: false },
    paths: bars ? uPlot.paths.bars({ size: [0.85, 60] }) : undefined,
    value: (_plot, _value, _series, index) => told(newest.current.lines[place], index, own.unit ?? unit, own.digits ?? digits),
});

function told(line, index, unit, digits) {
    if (index === null) return "";
    const value = (line?.told ?? line?.values ?? [])[index];
    return `${number(value, digits)} ${value === null || value === undefined ? "" : unit}`.trim();
}

function times(_plot, splits, _axis, _space, stepS) {
    return splits.map((time) => (stepS >= DAY_S ? dayOf(time) : hhmm(time * 1000)));
}

const dayOf = (time) => new Date(time * 1000).toLocaleDateString("en-GB", { day: "numeric", month: "short" });
const spelled = (time) => new Date(time * 1000).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" });
