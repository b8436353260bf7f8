import { nowMs } from "./api.js";

const UNITS_OF_TIME = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]];
const NOW_S = 10;

/** What stands where nothing is known. */
export const NOTHING = "–";
/** Names that people write otherwise than machines do. */
const WRITTEN = { Tensorrt: "TensorRT" };
export const EMOTIONS = ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"];

export const known = (value) => value !== null && value !== undefined;
export const words = (name) => name.replaceAll("_", " ");
export const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** The name of a field, or of a part of ONNX Runtime, as a heading says it. */
export const titled = (name) => WRITTEN[name] ?? capitalized(words(name));
export const joined = (...parts) => parts.filter(Boolean).join(", ");

export function number(value, digits = 0) {
    const format = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    return known(value) ? value.toLocaleString("en", format) : NOTHING;
}

/** A figure of any size in three digits. */
export const figure = (value) => (known(value) ? Number(value.toPrecision(3)).toLocaleString("en") : NOTHING);
export const measured = (value, unit, digits = 0) => (known(value) ? `${number(value, digits)} ${unit}`.trim() : null);
export const megabytes = (bytes) => number(bytes / 1e6, 2);
export const share = (part, whole) => (whole ? `${Math.round((100 * part) / whole)} %` : NOTHING);
export const count = (many, one, several = `${one}s`) => `${number(many)} ${many === 1 ? one : several}`;

/** A length of time in its largest unit: 90 s is 1 min. */
export function lasted(timeS) {
    const [unit, lengthS] = UNITS_OF_TIME.find(([, lengthS]) => timeS >= lengthS) ?? ["s", 1];
    return `${Math.floor(timeS / lengthS)} ${unit}`;
}

/** How long ago a time is, or how far ahead; a clock that is a little ahead makes no future of what just was. */
export function ago(time) {
    if (!time) return NOTHING;
    const ageS = (nowMs() - Date.parse(time)) / 1000;
    if (ageS < 1) return ageS > -NOW_S ? "now" : `in ${lasted(-ageS)}`;
    return `${lasted(ageS)} ago`;
}

/** A time of day, with the date where it is not today's. */
export function clock(time) {
    const date = new Date(time);
    const today = date.toDateString() === new Date(nowMs()).toDateString();
    return date.toLocaleString("en-GB", { dateStyle: today ? undefined : "medium", timeStyle: "medium" });
}

export const hhmm = (timeMs) => new Date(timeMs).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
