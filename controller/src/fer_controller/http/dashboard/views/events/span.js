import { nowMs } from "../../api.js";
import { starts } from "../../spans.js";

const AGO = /^(\d{1,9})([smhdw])$/;
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const UNITS_MS = { s: 1000, m: MINUTE_MS, h: HOUR_MS, d: DAY_MS, w: 7 * DAY_MS };
const BY_MINUTE_UP_TO_MS = 6 * HOUR_MS;
const LONGEST_MS = 31 * DAY_MS;

/** No bound, as it is written in an address: there an empty value is the first choice. */
export const ANY = "any";
export const FIRST = "1h";
export const SPANS = [
    [FIRST, "the last hour"], ["6h", "the last 6 hours"], ["1d", "the last day"], ["7d", "the last week"],
    ["30d", "the last 30 days"], [ANY, "any time"],
];

/**
 * What a chart shows of since and until, which are times ago or ISO 8601: {times, per, isCut}. times are when its
 * buckets begin, in ms; isCut says that it begins later than was asked for. Null where they are no times.
 */
export function spanOf({ since, until }) {
    const toMs = until ? momentMs(until) : nowMs();
    const wantedMs = since ? momentMs(since) : -Infinity;
    if (Number.isNaN(toMs) || Number.isNaN(wantedMs)) return null;
    const fromMs = Math.max(wantedMs, toMs - LONGEST_MS);
    const per = toMs - fromMs <= BY_MINUTE_UP_TO_MS ? "minute" : "hour";
    const unitMs = per === "minute" ? MINUTE_MS : HOUR_MS;
    const last = Math.ceil(toMs / unitMs) - 1;
    const buckets = Math.max(1, last - Math.floor(fromMs / unitMs) + 1);
    return { per, isCut: fromMs > wantedMs, times: starts({ unitMs, buckets, newestMs: last * unitMs }) };
}

function momentMs(text) {
    const ago = AGO.exec(text.trim());
    return ago ? nowMs() - ago[1] * UNITS_MS[ago[2]] : Date.parse(text);
}
