import { ApiError, get, post, sentence } from "./api.js";
import { agreed, caption, cell, count, element, fill, find, megabytes, MOST_ROWS, number, say } from "./page.js";

const LOST = "The answer was lost, and the rollout may have begun: check the list before you begin it again.";
const REQUEST = "DeployRequest";

let fields = {};
let plan = null;

/** The form of a new rollout; for operators alone. */
export function openForm(operator) {
    const form = find("deploy-form");
    find("deploy").hidden = !operator;
    form.onsubmit = (event) => (event.preventDefault(), busy(preview));
    form.oninput = forget;
    find("deploy-begin").onclick = () => busy(begin);
    if (operator) Promise.all([get("/v1/openapi.json"), get("/v1/models")]).then(offer).catch(tell);
}

/** The fields of the request, as the API describes them; models are chosen among those of the registry. */
function offer([api, models]) {
    if (!Object.keys(fields).length) {
        fields = api.components.schemas[REQUEST].properties;
        find("deploy-fields").replaceChildren(...Object.keys(fields).map(field));
    }
    choose(find("deploy-form").elements.model, models.toReversed().map(({ model }) => model));
}

function field(name) {
    const { title, description } = fields[name];
    return element("label", { title: description }, `${title} `, input(name, fields[name]));
}

function input(name, { type, enum: choices, default: value }) {
    if (type === "boolean") return element("input", { name, type: "checkbox", value: "true", checked: value });
    if (name === "model" || choices) return choose(element("select", { name }), choices ?? []);
    const text = Array.isArray(value) ? value.join(", ") : String(value);
    return element("input", { name, value: text, size: text ? Math.max(5, text.length) : 24 });
}

function choose(select, choices) {
    const chosen = select.value;
    select.replaceChildren(...choices.map((value) => element("option", { value }, value)));
    if (chosen) select.value = chosen;
    return select;
}

function request() {
    const typed = [...new FormData(find("deploy-form"))].filter(([, value]) => value.trim());
    return Object.fromEntries(typed.map(([name, value]) => [name, several(name) ? value.split(/[\s,]+/) : value]));
}

const several = (name) => fields[name].type === "array";

function forget() {
    plan = null;
    find("plan").hidden = true;
    say(find("deploy-note"), "");
}

const tell = (error) => say(find("deploy-note"), sentence(error));

async function busy(deed) {
    const form = find("deploy-form");
    if (form.ariaBusy === "true") return;
    form.ariaBusy = "true";
    await deed().catch(tell);
    form.ariaBusy = "false";
}

async function preview() {
    forget();
    const body = request();
    paint(await post("/v1/plans", body));
    plan = body;
}

function paint({ model, waves, bytes, gates, doubts, devices, left_out }) {
    const size = `${megabytes(bytes).text} MB to move at most`;
    const inWaves = waves.length ? ` in waves of ${waves.join(", ")}; ${size}` : "";
    say(find("plan-summary"), `${model}: ${count(devices.length, "device")}${inWaves}.`);
    say(find("plan-gates"), [`Gates: ${gates.join(", ") || "none"}.`, ...doubts].join(" "));
    fill(find("plan-rows"), devices.slice(0, MOST_ROWS), (each) => each.device, cells);
    caption(find("plan-note"), devices.length, Math.min(devices.length, MOST_ROWS), "No device is to be updated.");
    fill(find("left-rows"), left_out.slice(0, MOST_ROWS), (each) => each.device, (each) => [each.device, each.reason]);
    find("left").hidden = !left_out.length;
    find("left-count").textContent = `${count(left_out.length, "device")} left out`;
    find("deploy-begin").hidden = !devices.length;
    find("plan").hidden = false;
}

const cells = (each) => [
    each.device, number(each.wave), each.class, each.running, each.model, megabytes(each.bytes),
    cell(each.why, "why"), cell(each.warnings.join("; "), "why bad"),
];

async function begin() {
    const what = find("plan-summary").textContent;
    if (!plan || !(await agreed("Begin this rollout?", what, "begin"))) return;
    const begun = await post("/v1/rollouts", plan).catch((error) => {
        if (!(error instanceof ApiError)) say(find("deploy-note"), LOST);
        else throw error;
    });
    if (!begun) return;
    forget();
    find("deploy").open = false;
    location.hash = `#rollouts/${begun.rollout}`;
}
