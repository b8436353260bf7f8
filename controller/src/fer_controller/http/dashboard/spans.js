import { nowMs } from "./api.js";

/** How far back a chart looks, and in what steps. */
export const SPANS = {
    hour: { per: "minute", since: "1h", unitMs: 60_000, buckets: 60, words: "the last hour", title: "hour, by minute" },
    day: { per: "hour", since: "1d", unitMs: 3_600_000, buckets: 24, words: "the last day", title: "day, by hour" },
    week: { per: "hour", since: "7d", unitMs: 3_600_000, buckets: 168, words: "the last week", title: "week, by hour" },
    quarter: { per: "day", since: "90d", unitMs: 86_400_000, buckets: 90, words: "the last 90 days", title: "90 days, by day" },
    year: { per: "day", since: "365d", unitMs: 86_400_000, buckets: 365, words: "the last year", title: "year, by day" },
};
export const FIRST_SPAN = "hour";

/** When each bucket begins, in ms: of a span that ends now, or of a range. */
export function starts({ unitMs, buckets, newestMs = Math.floor(nowMs() / unitMs) * unitMs }) {
    return Array.from({ length: buckets }, (_, number) => newestMs - (buckets - 1 - number) * unitMs);
}

const MINUTES = { per: "minute", unitMs: 60_000 };
const HOURS = { per: "hour", unitMs: 3_600_000 };
const DAYS = { per: "day", unitMs: 86_400_000 };
const BY_THE_MINUTE_MS = 86_400_000;
const BY_THE_HOUR_MS = 31 * DAYS.unitMs;
const MOST_BUCKETS = 2400;

/**
 * The range of an address, {per, unitMs, buckets, newestMs}: between from and to where it names them, and otherwise the
 * span that ends now. A day and less is drawn by the minute, a month and less by the hour, more by
 * the day in UTC, and so many buckets at most.
 */
export function rangeOf({ span, from, to }) {
    const whole = SPANS[span] ?? SPANS[FIRST_SPAN];
    const toMs = timeOf(to) ?? nowMs() + 1;
    const fromMs = Math.min(timeOf(from) ?? toMs - whole.unitMs * (whole.buckets - 1), toMs - MINUTES.unitMs);
    const { per, unitMs } = from || to ? unitOf(toMs - fromMs) : whole;
    const last = Math.floor((toMs - 1) / unitMs);
    const buckets = Math.min(MOST_BUCKETS, last - Math.floor(fromMs / unitMs) + 1);
    return { per, unitMs, buckets, newestMs: last * unitMs };
}

const unitOf = (lengthMs) => (lengthMs > BY_THE_HOUR_MS ? DAYS : lengthMs > BY_THE_MINUTE_MS ? HOURS : MINUTES);
const timeOf = (text) => (Number.isFinite(Date.parse(text ?? "")) ? Date.parse(text) : null);
