import { nowMs } from "../../api.js";
import { starts } from "../../spans.js";

const AGO = /^(\d{1,9})([smhdw])$/;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNITS_MS = { s: 1000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };
/** What a chart is made of, up to which length of time; never are there more bars than pixels. */
const BARS = [["minute", MINUTE_MS, 6 * HOUR_MS], ["hour", HOUR_MS, 31 * DAY_MS], ["day", DAY_MS, 732 * DAY_MS]];
/** Of any time, so much is drawn. */
const USUAL_MS = 31 * DAY_MS;

/** No bound, as it is written in an address: there an empty value is the first choice. */
export const ANY = "any";
export const FIRST = "1h";
export const SPANS = [
    [FIRST, "the last hour"], ["6h", "the last 6 hours"], ["1d", "the last day"], ["7d", "the last week"],
    ["30d", "the last 30 days"], ["90d", "the last 90 days"], ["365d", "the last year"], [ANY, "any time"],
];

/**
 * What a chart shows of since and until, which are times ago or ISO 8601: {times, per, cutToDays}. times are when
 * its buckets begin, in ms; cutToDays says of how many days it is where more were asked for. Null where they are no times.
 */
export function spanOf({ since, until }) {
    const toMs = until ? momentMs(until) : nowMs();
    const wantedMs = since ? momentMs(since) : -Infinity;
    if (Number.isNaN(toMs) || Number.isNaN(wantedMs)) return null;
    const longestMs = since ? lengthOf(BARS.at(-1)) : USUAL_MS;
    const fromMs = Math.max(wantedMs, toMs - longestMs);
    const [per, unitMs] = BARS.find((bars) => toMs - fromMs <= lengthOf(bars));
    const last = Math.ceil(toMs / unitMs) - 1;
    const buckets = Math.max(1, last - Math.floor(fromMs / unitMs) + 1);
    const cutToDays = fromMs > wantedMs && Math.round(longestMs / DAY_MS);
    return { per, cutToDays, times: starts({ unitMs, buckets, newestMs: last * unitMs }) };
}

const lengthOf = ([, unitMs, upToMs]) => Math.min(upToMs, innerWidth * unitMs);

function momentMs(text) {
    const ago = AGO.exec(text.trim());
    return ago ? nowMs() - ago[1] * UNITS_MS[ago[2]] : Date.parse(text);
}
