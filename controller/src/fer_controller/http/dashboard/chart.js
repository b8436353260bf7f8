import { find, shape, share } from "./page.js";

export const EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

const NARROWEST_PX = 240;
const HEIGHT_PX = 240;
const MARGIN_PX = { top: 10, right: 8, bottom: 22, left: 46 };
const LINES = 4;
const NARROWEST_LABEL_PX = 64;
const HOUR_MS = 3_600_000;
const MINUTES = { steps: [1, 2, 5, 10, 15, 30], of: (date) => date.getMinutes() };
const HOURS = { steps: [1, 2, 3, 6, 12], of: (date) => date.getHours() };

/** Stacked bars: each bucket is {startMs, counts: {emotion: events}}, one after the other. */
export function draw(buckets, inShares) {
    const place = find("chart");
    const widthPx = Math.max(NARROWEST_PX, place.getBoundingClientRect().width);
    const innerPx = widthPx - MARGIN_PX.left - MARGIN_PX.right;
    const topValue = inShares ? 100 : ceiling(Math.max(1, ...buckets.map(total)));
    place.setAttribute("viewBox", `0 0 ${widthPx} ${HEIGHT_PX}`);
    const stepPx = innerPx / Math.max(1, buckets.length);
    place.replaceChildren(
        ...lines(topValue, widthPx, inShares),
        ...buckets.map((bucket, number) => bar(bucket, MARGIN_PX.left + number * stepPx, stepPx, topValue, inShares)),
        ...times(buckets, stepPx),
    );
}

export const total = (bucket) => Object.values(bucket.counts).reduce((sum, events) => sum + events, 0);

const bottomPx = HEIGHT_PX - MARGIN_PX.bottom;
const yPx = (value, topValue) => bottomPx - (value / topValue) * (bottomPx - MARGIN_PX.top);
export const hhmm = (timeMs) => new Date(timeMs).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });

/** The nearest round number above, which the lines divide evenly. */
export function ceiling(value) {
    const size = 10 ** Math.floor(Math.log10(value / LINES));
    const step = [1, 2, 2.5, 5, 10].find((each) => each * size * LINES >= value) * size;
    return Math.max(1, step) * LINES;
}

function lines(topValue, widthPx, inShares) {
    return Array.from({ length: LINES + 1 }, (_, number) => {
        const value = (topValue / LINES) * number;
        const y = yPx(value, topValue);
        const text = inShares ? `${value} %` : value.toLocaleString("en");
        return shape("g", {},
            shape("line", { x1: MARGIN_PX.left, x2: widthPx - MARGIN_PX.right, y1: y, y2: y }),
            shape("text", { x: MARGIN_PX.left - 6, y: y + 4, class: "ending" }, text));
    });
}

function bar(bucket, xPx, stepPx, topValue, inShares) {
    const all = total(bucket);
    const gapPx = Math.min(2, stepPx * 0.15);
    let below = 0;
    const parts = Object.entries(bucket.counts).map(([emotion, events]) => {
        const value = inShares ? (100 * events) / all : events;
        const y = yPx(below + value, topValue);
        const height = yPx(below, topValue) - y;
        below += value;
        return shape("rect", { x: xPx, y, width: stepPx - gapPx, height, class: `emotion ${emotion}` });
    });
    return shape("g", {}, shape("title", {}, said(bucket, all)), ...parts);
}

function said(bucket, all) {
    const parts = Object.entries(bucket.counts).map(([emotion, events]) => `${emotion} ${share(events, all)}`);
    return [`${hhmm(bucket.startMs)}: ${all} events`, ...parts].join("\n");
}

function times(buckets, stepPx) {
    const { steps, of } = buckets[1].startMs - buckets[0].startMs < HOUR_MS ? MINUTES : HOURS;
    const every = steps.find((step) => step * stepPx >= NARROWEST_LABEL_PX) ?? steps.at(-1);
    return buckets.flatMap(({ startMs }, number) => {
        if (of(new Date(startMs)) % every) return [];
        const x = MARGIN_PX.left + (number + 0.5) * stepPx;
        return [shape("text", { x, y: HEIGHT_PX - 6, class: "middle" }, hhmm(startMs))];
    });
}
