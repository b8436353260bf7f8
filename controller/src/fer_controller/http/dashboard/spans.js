import { nowMs } from "./api.js";

/** How far back a chart looks, and in what steps. */
export const SPANS = {
    hour: { per: "minute", since: "1h", unitMs: 60_000, buckets: 60, words: "the last hour", title: "hour, by minute" },
    day: { per: "hour", since: "1d", unitMs: 3_600_000, buckets: 24, words: "the last day", title: "day, by hour" },
    week: { per: "hour", since: "7d", unitMs: 3_600_000, buckets: 168, words: "the last week", title: "week, by hour" },
};
export const FIRST_SPAN = "hour";

/** When each bucket of the span that ends now begins, in ms. */
export function starts({ unitMs, buckets }) {
    const newestMs = Math.floor(nowMs() / unitMs) * unitMs;
    return Array.from({ length: buckets }, (_, number) => newestMs - (buckets - 1 - number) * unitMs);
}
