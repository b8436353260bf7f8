import { link } from "../../address.js";
import { html } from "../../html.js";
import { Clock } from "../../parts/time.js";
import { provider } from "../../standing.js";
import { count, figure, known, megabytes, number } from "../../wording.js";

const CLASSIFIER = "classifier";
const DECIMALS = 2;

/** What an older manifest does not say, or nobody measured. */
export const UNKNOWN = "unknown";

const percent = (value) => `${number(100 * value, DECIMALS)} %`;

/**
 * What a model's manifest says, and how many devices run it: {group, term, text, shown}. The text is what is compared,
 * and what is shown unless something else is.
 */
export function factsOf({ manifest, model, task }, devices) {
    const of = (group) => ([term, text, shown]) => ({ group, term, text, shown });
    return [
        ...about(manifest, task).map(of("Model")),
        ...manifest.variants.flatMap((variant) => (task === CLASSIFIER ? [
            ...[runBy(`${model}/${variant.precision}`, devices), ...figures(variant)].map(of(variant.precision)),
            ...byEmotion(variant, manifest.labels).map(of(`${variant.precision} by emotion`)),
        ] : figures(variant).map(of(variant.precision)))),
    ].filter(({ text }) => text);
}

function about({ labels, dataset, licence, created, commit, command }, task) {
    return [
        ["Task", task], ["Tells apart", task === CLASSIFIER && labels?.join(", ")], ["Data", dataset],
        ["Licence", licence], ["Made", created, html`<${Clock} time=${created} />`], ["Commit", commit, html`<code>${commit}</code>`],
        ["Command", command, html`<details><summary>Show</summary><code>${command}</code></details>`],
    ];
}

function runBy(reference, { model: counted, cut }) {
    if (!Object.hasOwn(counted, reference)) return ["Run by", cut.includes("model") ? "not counted" : "no device"];
    const many = count(counted[reference], "device");
    return ["Run by", many, html`<a href=${link("fleet", "", { model: reference })}>${many}</a>`];
}

function figures(variant) {
    const { compression = {}, accuracy = [], measured = [], latency = [], sha256 } = variant;
    return [
        ["Size", `${megabytes(variant.size_bytes)} MB`],
        ["sha256", sha256, html`<code>${sha256}</code>`],
        ["Parameters", number(variant.parameters)],
        ["Not zero", number(variant.nonzero_parameters)],
        ["Multiply-accumulates", variant.macs && number(variant.macs)],
        ...Object.entries(compression).map(([over, ratio]) => [`Compression over ${over}`, figure(ratio)]),
        ...accuracy.flatMap(scored),
        ...measured.map(({ name, dataset, pictures, value, unit }) => [
            `${name}, ${dataset}`, `${figure(value)} ${unit}, ${count(pictures, "picture")}`,
        ]),
        ["Time of one picture", latency.map(timed).join("; ") || UNKNOWN],
    ];
}

const timed = ({ machine, provider: by, threads, p50_ms: median, p95_ms: tail }) =>
    `${number(median, DECIMALS)} ms, p95 ${number(tail, DECIMALS)} ms, on ${machine}, ${provider(by)}, ${count(threads, "thread")}`;

function scored({ dataset, split, images, accuracy, macro_f1: f1, calibration_error: error }) {
    const place = `${dataset}, ${split}`;
    return [
        [`Accuracy, ${place}`, `${percent(accuracy)} of ${count(images, "image")}`],
        [`Macro F1, ${place}`, known(f1) ? percent(f1) : UNKNOWN],
        [`Calibration error, ${place}`, known(error) ? percent(error) : UNKNOWN],
    ];
}

/** On the first set of the manifest. */
function byEmotion({ accuracy: [first] = [] }, labels) {
    const told = Object.fromEntries((first?.emotions ?? []).map((each) => [each.emotion, each]));
    return [
        ["Measured on", first ? `${first.dataset}, ${first.split}` : UNKNOWN],
        ...labels.map((label) => [label, Object.hasOwn(told, label) ? recognized(told[label]) : UNKNOWN]),
    ];
}

const recognized = ({ images, precision, recall }) =>
    `recall ${percent(recall)} of ${count(images, "image")}, precision ${percent(precision)}`;
