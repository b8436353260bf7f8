import { ApiError, post, sentence } from "./api.js";
import { agreed, element, find, say } from "./page.js";

const LOST = "The answer got lost, and it may have been done: look in a moment before you do it again.";
const RELEASING = "Rollouts may reach it again, and its failures are counted from zero.";

let name = "";
let operator = false;
let shown = "";

/** Labels and quarantine of a device, which operators may change. */
export function openLabels(me, device) {
    [name, operator, shown] = [device, me.role !== "viewer", ""];
    const form = find("label-form");
    form.hidden = !operator;
    form.reset();
    form.onsubmit = (event) => (event.preventDefault(), set(form));
    find("release").onclick = release;
    find("release").hidden = !operator;
    say(find("label-note"), "");
}

export function paintLabels({ labels, quarantined }) {
    find("quarantine").hidden = quarantined === null;
    say(find("quarantine-reason"), `In quarantine: ${quarantined || "it failed too often"}.`.replace(/\.+$/, "."));
    if (shown === JSON.stringify([name, labels])) return;
    shown = JSON.stringify([name, labels]);
    const pairs = Object.entries(labels).sort();
    find("labels").replaceChildren(...pairs.map(([key, value]) => tag(key, value)));
    say(find("labels-none"), pairs.length ? "" : "It has no labels.");
}

function tag(key, value) {
    const text = element("span", { className: "code", textContent: `${key}=${value}` });
    if (!operator) return element("li", {}, text);
    const button = { type: "button", textContent: "×", ariaLabel: `Remove ${key}`, onclick: () => remove(key) };
    return element("li", {}, text, element("button", button));
}

async function set(form) {
    const labels = new FormData(form).get("labels").split(/[\s,]+/).filter(Boolean);
    if (labels.length && (await change({ labels }))) form.reset();
}

async function remove(key) {
    if (await change({ remove: [key] })) find("label-text").focus();
}

async function release() {
    const device = name;
    if (!(await agreed(`Release ${device} from quarantine?`, RELEASING, "release"))) return;
    if (device === name) await change({ release: true });
}

/** Whether it was done, while the same device is looked at. */
async function change(words) {
    const device = name;
    enable(false);
    const { answer, error } = await post("/v1/labels", { devices: [device], ...words }).then(
        ([answer]) => ({ answer }),
        (error) => ({ error }),
    );
    enable(true);
    if (device !== name) return false;
    say(find("label-note"), error ? trouble(error) : "");
    if (answer) paintLabels(answer);
    return Boolean(answer);
}

const trouble = (error) => (error instanceof ApiError ? sentence(error) : LOST);

function enable(possible) {
    for (const each of document.querySelectorAll("#device button")) each.disabled = !possible;
}
