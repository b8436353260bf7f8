import { change } from "../../address.js";
import { html } from "../../html.js";
import { Facets } from "../../parts/facets.js";
import { titled } from "../../wording.js";

export const LIMIT = 50;
const TITLES = { state: "State", kind: "Needs attention", class: "Class", model: "Model", version: "Agent" };
const FREE = ["where", "selector", "offset"];
const OF_LABEL = "label.";
const WIDE = matchMedia("(min-width: 52rem)");

/** An address without any filter. */
export const sieved = Object.fromEntries([...FREE, ...Object.keys(TITLES)].map((key) => [key, ""]));

const several = (text) => (text ? text.split(",") : []);

/** What the controller is asked for an address. */
export function asking({ where, selector, sort = "device", offset, ...query }) {
    const lists = Object.keys(TITLES).map((key) => [key, several(query[key])]);
    const order = { sort: sort.replace("-", ""), descending: sort.startsWith("-") || undefined };
    return { where, selector, ...Object.fromEntries(lists), ...order, offset, limit: LIMIT };
}

/** How many devices have which value, to choose among them. */
export function Sieve({ facets, query }) {
    const { labels, ...counted } = facets;
    const built = Object.keys(TITLES).filter((key) => counted[key]);
    const byState = built.map((key) => facet(key, TITLES[key], counted[key]));
    const byLabel = Object.entries(labels).map(([key, values]) => facet(OF_LABEL + key, titled(key), values));
    const terms = several(query.selector);
    const pairs = new Map(terms.filter(isPair).map((term) => term.split(/=(.*)/s)));
    const chosen = (key) => (isLabel(key) ? [pairs.get(labelOf(key))].filter(Boolean) : several(query[key]));
    const turn = (key, values) => choose(key, values, terms);
    const active = Object.keys(sieved).filter((key) => key !== "offset" && query[key]);
    return html`<details class="sieve" open=${WIDE.matches || active.length > 0}>
        <summary>Filter${active.length ? ` (${active.length})` : ""}</summary>
        ${active.length > 0 && html`<button type="button" onClick=${() => change(sieved)}>Show all</button>`}
        <${Facets} facets=${[...byState, ...byLabel]} chosen=${chosen} onChoose=${turn} />
    </details>`;
}

const isPair = (term) => /^[^!=]+=/.test(term);
const isLabel = (key) => key.startsWith(OF_LABEL);
const labelOf = (key) => key.slice(OF_LABEL.length);
const facet = (key, title, values) => ({ key, title, values: Object.entries(values) });

/** Values of a label exclude each other, for a selector is a pair of each; its other terms stay as they are. */
function choose(key, values, terms) {
    if (!isLabel(key)) return change({ [key]: values.join(","), offset: "" });
    const label = labelOf(key);
    const rest = terms.filter((term) => !term.startsWith(`${label}=`));
    const wanted = values.length ? [...rest, `${label}=${values.at(-1)}`] : rest;
    return change({ selector: wanted.join(","), offset: "" });
}
