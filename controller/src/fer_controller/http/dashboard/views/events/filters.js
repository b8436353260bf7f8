import { change } from "../../address.js";
import { get, once } from "../../api.js";
import { html } from "../../html.js";
import { useLook } from "../../live.js";
import { EMOTIONS, titled } from "../../wording.js";
import { Field } from "./field.js";
import { ANY, FIRST } from "./span.js";

const FILES = "/v1/export/events";
const SHARES = "/v1/rollups/emotions/shares";
const NO_FILTER = "format";
/** They stand above the view. */
export const TIMES = ["since", "until"];
const FIRST_OF_ALL = ["selector", "device", "emotion", "camera"];
const CHOICES = { emotion: EMOTIONS, kind: ["start", "change", "heartbeat", "end"] };
const TITLES = {
    selector: "Labels", min_confidence: "Confidence from", min_face_px: "Face from, px", max_yaw: "Turned up to, °",
};
const OFFERS_EVERY_MS = 60_000;
const OFFERED = 50;
const WIDE = matchMedia("(min-width: 52rem)");

/**
 * Every filter of events that the API has, those that are asked for most first: {name, title, description, choices,
 * isCharted}, the last of which says whether charts know it, too.
 */
export async function filters() {
    const { paths } = await once("/v1/openapi.json");
    const charted = new Set(paths[SHARES].get.parameters.map(({ name }) => name));
    const found = paths[FILES].get.parameters.filter(({ name }) => name !== NO_FILTER);
    return found.map((parameter) => described(parameter, charted)).toSorted((one, other) => rank(one) - rank(other));
}

const described = ({ name, description, schema }, charted) => ({
    name, description, title: TITLES[name] ?? titled(name), choices: CHOICES[name] ?? yesOrNo(schema),
    isCharted: charted.has(name),
});

const yesOrNo = ({ type, anyOf = [{ type }] }) =>
    anyOf.some((each) => each.type === "boolean") ? ["true", "false"] : undefined;

const rank = ({ name }) => (FIRST_OF_ALL.indexOf(name) + FIRST_OF_ALL.length + 1) % (FIRST_OF_ALL.length + 1);

/** What the controller is asked for an address. */
export function asking(fields, query) {
    const given = fields.map(({ name }) => [name, query[name] ?? (name === "since" ? FIRST : "")]);
    return Object.fromEntries(given.filter(([, value]) => value && value !== ANY));
}

/** An address without these filters, at the newest events. */
export function without(names) {
    return { before: "", ...Object.fromEntries(names.map((name) => [name, name === "since" ? ANY : ""])) };
}

/** A field for each filter; wrong names the one that is refused, and sentence says why. */
export function Filters({ fields, query, wrong, sentence }) {
    const offers = useLook(look, OFFERS_EVERY_MS).value ?? {};
    const beside = fields.filter(({ name }) => !TIMES.includes(name));
    const active = beside.map(({ name }) => name).filter((name) => query[name]);
    const clear = () => change(without(active));
    return html`<details class="sieve" open=${WIDE.matches || active.length > 0}>
        <summary>Filters${active.length > 0 && ` (${active.length})`}</summary>
        ${active.length > 0 && html`<button type="button" onClick=${clear}>Clear filters</button>`}
        ${beside.map((field) => html`<${Field}
            key=${field.name} ...${field} value=${query[field.name] ?? ""} offered=${offers[field.name]}
            wrong=${field.name === wrong ? sentence : ""} />`)}
    </details>`;
}

/** What may be typed in, of the fleet as it is. */
async function look(signal) {
    const { lines, facets } = await get("/v1/fleet", { limit: OFFERED }, signal);
    const pairs = ([key, values]) => Object.keys(values).map((value) => `${key}=${value}`);
    return {
        device: lines.map(({ device }) => device),
        selector: Object.entries(facets.labels).flatMap(pairs),
        model: Object.keys(facets.model),
    };
}
