import { html } from "../html.js";
import { share } from "../wording.js";
import { Chart } from "./chart.js";

/**
 * Bars of several parts on top of each other. parts are {label, colour, values}; with inShares each bar is 100 %.
 */
export function Stack({ parts, timesS, inShares, ...chart }) {
    const sums = timesS.map((_, place) => parts.reduce((sum, { values }) => sum + (values[place] ?? 0), 0));
    const scale = (value, place) => (inShares ? percent(value, sums[place]) : (value ?? 0));
    const scaled = parts.map(({ values }) => values.map(scale));
    const lines = parts.map((part, number) => ({
        ...part,
        bars: true,
        values: timesS.map((_, place) => scaled.slice(0, number + 1).reduce((sum, each) => sum + each[place], 0)),
        told: scaled[number],
    }));
    return html`<${Chart} ...${chart} timesS=${timesS} lines=${lines.toReversed()} unit=${inShares ? "%" : ""} />`;
}

const percent = (value, sum) => (sum ? (100 * (value ?? 0)) / sum : 0);

/** What the parts came to, in words: the three largest. */
export function largest(totals) {
    const all = totals.reduce((sum, each) => sum + each.events, 0);
    const most = totals.filter((each) => each.events).sort((one, other) => other.events - one.events).slice(0, 3);
    return most.map((each) => `${each.emotion} ${share(each.events, all)}`).join(", ");
}
