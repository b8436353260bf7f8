import { ago, fill, find, megabytes, number, say } from "./page.js";
import { get, poll } from "./api.js";

const EVERY_MS = 10_000;
const SHA256_SHOWN = 12;

let polling;

export const models = {
    title: "Models",
    open() {
        polling = poll(look, EVERY_MS);
    },
    close: () => polling?.stop(),
};

async function look(signal) {
    const found = await get("/v1/models", {}, signal);
    const variants = found.flatMap((model) => model.variants.map((variant) => ({ ...variant, model })));
    fill(find("models-rows"), variants, (each) => `${each.model.model}/${each.precision}`, cells);
    const none = "The registry has no model yet; add one with `fer-controller models add`.";
    say(find("models-note"), found.length ? "" : none);
}

const cells = ({ model, precision, size_bytes, parameters, sha256 }) => [
    model.model, model.task, precision, megabytes(size_bytes), number(parameters),
    { text: `${sha256.slice(0, SHA256_SHOWN)}…`, title: sha256, className: "code" }, ago(model.added_at),
];
