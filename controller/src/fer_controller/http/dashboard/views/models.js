import { link } from "../address.js";
import { get } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { Asked } from "../parts/asked.js";
import { Hash } from "../parts/hash.js";
import { Table } from "../parts/table.js";
import { Ago } from "../parts/time.js";
import { megabytes, NOTHING, number } from "../wording.js";

const EVERY_MS = 10_000;

const COLUMNS = [
    { key: "model", title: "Model", cell: ({ model }) => html`<a href=${link("models", model.model)}>${model.model}</a>` },
    { key: "task", title: "Task", cell: ({ model }) => model.task },
    { key: "precision", title: "Precision", cell: ({ precision }) => precision },
    { key: "size", title: "MB", number: true, cell: ({ size_bytes }) => megabytes(size_bytes) },
    { key: "accuracy", title: "Accuracy", cell: ({ accuracy }) => html`<${Accurate} ...${accuracy[0]} />` },
    { key: "parameters", title: "Parameters", number: true, cell: ({ parameters }) => number(parameters) },
    { key: "sha256", title: "sha256", cell: ({ sha256 }) => html`<${Hash} sha256=${sha256} />` },
    { key: "added", title: "Added", number: true, cell: ({ model }) => html`<${Ago} time=${model.added_at} />` },
];

/** On the first set of its manifest. */
function Accurate({ accuracy, dataset, split }) {
    if (!dataset) return NOTHING;
    return html`<span title="${dataset}, ${split}">${number(100 * accuracy, 1)} %</span>`;
}

export const models = { title: "Models", View: Models };

function Models() {
    const asked = useLook((signal) => get("/v1/models", {}, signal), EVERY_MS);
    const none = html`The registry has no model yet; add one with <code>fer-controller models add</code>.`;
    return html`<div class="bar"><h1>Models</h1></div>
        <${Asked} asked=${asked} what="the models" isEmpty=${(found) => !found.length} empty=${none}>
            ${(found) => html`<${Table}
                label="Models" layout="carded" columns=${COLUMNS} keyOf=${(each) => `${each.model.model}/${each.precision}`}
                rows=${found.flatMap((model) => model.variants.map((variant) => ({ ...variant, model })))} />`}
        <//>`;
}
