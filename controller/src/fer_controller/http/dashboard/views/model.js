import { change } from "../address.js";
import { get } from "../api.js";
import { Fragment, html } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { Choice } from "../parts/choice.js";
import { Table } from "../parts/table.js";
import { factsOf, UNKNOWN } from "./model/facts.js";

const EVERY_MS = 30_000;

export const model = { title: "Model", View: Model };

/** What the manifest of a model says, and of the one `beside` it where the address names one. */
function Model({ id, query: { beside = "" } }) {
    const asked = useLook((signal) => look([id, beside].filter(Boolean), signal), EVERY_MS, `${id} ${beside}`, {
        keeping: true,
    });
    const others = (asked.value?.names ?? [beside].filter(Boolean)).filter((name) => name !== id);
    return html`
        <p><a href="#models">← All models</a></p>
        <div class="bar">
            <h1>${id}</h1>
            <div class="push choices"><${Choice} label="Compare with" value=${beside}
                onChoose=${(name) => change({ beside: name })}
                choices=${[["", "nothing"], ...others.map((name) => [name, name])]} /></div>
        </div>
        <${Asked} asked=${asked} what=${id}>${(found) => html`<${Said} ...${found} />`}<//>
        <p class="hint">The tables hold what the signed manifest says. Nobody signs a card.</p>`;
}

async function look(ids, signal) {
    const [known, fleet, ...found] = await Promise.all([
        get("/v1/models", {}, signal), get("/v1/fleet", { limit: 0 }, signal),
        ...ids.map((id) => get(`/v1/models/${encodeURIComponent(id)}`, {}, signal)),
    ]);
    const sides = found.map((each) => ({ name: each.model, card: each.card, facts: factsOf(each, fleet.facets) }));
    return { names: known.map((each) => each.model), sides };
}

function Said({ sides }) {
    const all = sides.flatMap(({ facts }) => facts);
    return [...new Set(all.map(({ group }) => group))].map((group) => html`<${Fragment} key=${group}>
        <h2>${group}</h2>
        <${Table} label=${group} columns=${columnsOf(sides)} rows=${rowsOf(sides, all, group)} keyOf=${({ term }) => term}
            layout="carded" />
    <//>`).concat(sides.map(({ name, card }) => html`<${Card} key=${name} name=${name} card=${card} />`));
}

/** What people wrote about a model; it is shown as it is written, and never read as HTML. */
function Card({ name, card }) {
    if (!card) return html`<p class="hint">The registry has no card of ${name}. Put <code>card.md</code> beside the
        model’s <code>manifest.json</code>, and run <code>fer-controller models add</code> with that folder once more.</p>`;
    return html`<details class="panel"><summary>Card of ${name}</summary><pre class="card">${card}</pre></details>`;
}

/** A row for what either of them says. */
function rowsOf(sides, all, group) {
    const terms = new Set(all.filter((fact) => fact.group === group).map(({ term }) => term));
    return [...terms].map((term) => {
        const facts = sides.map((side) => side.facts.find((fact) => fact.group === group && fact.term === term));
        return { term, facts, differs: new Set(facts.map((fact) => fact?.text)).size > 1 };
    });
}

const columnsOf = (sides) => [
    { key: "term", title: "What", cell: ({ term, differs }) => html`<span>${differs && html`<${Differs} />`}${term}</span>` },
    ...sides.map(({ name }, place) => ({
        key: name, title: name, why: true,
        cell: ({ facts, differs }) => html`<${Value} ...${facts[place]} differs=${differs} />`,
    })),
];

const Differs = () => html`<abbr title="They differ.">≠</abbr> `;

const Value = ({ text = UNKNOWN, shown = text, differs }) => html`<span class=${differs ? "differs" : ""}>${shown}</span>`;
