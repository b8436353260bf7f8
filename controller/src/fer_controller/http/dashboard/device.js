import { get, metrics, poll } from "./api.js";
import { cameraCells, deviceFacts, hostFacts, modelFacts, sinceWords, standing } from "./facts.js";
import { history } from "./history.js";
import { openLabels, paintLabels } from "./labels.js";
import { badge, define, fill, find, say } from "./page.js";

const DEVICE_EVERY_MS = 5000;
const TELEMETRY_EVERY_MS = 2000;

let name = "";
let pollings = [];

/** One device: what it is, what it does now, and its history. */
export const device = {
    open(me, wanted) {
        name = wanted;
        document.title = `${name} · Light-FER Fleet`;
        find("device-name").textContent = name;
        find("device-name").focus();
        paintHead({ state: "", since: null, reason: null });
        define(find("device-now"), [["Measured", "unknown yet"]]);
        fill(find("cameras-rows"), [], (each) => each, () => []);
        say(find("cameras-note"), "");
        find("device-known").hidden = true;
        say(find("device-note"), "");
        openLabels(me, name);
        history.open(name);
        pollings = [poll(lookAtDevice, DEVICE_EVERY_MS), poll(lookAtTelemetry, TELEMETRY_EVERY_MS)];
    },
    close() {
        pollings.splice(0).forEach((polling) => polling.stop());
        history.close();
    },
};

async function lookAtDevice(signal) {
    const found = (await get("/v1/devices", {}, signal)).find((each) => each.device === name);
    const [labels] = found ? await get("/v1/labels", { device: name }, signal) : [];
    find("device-known").hidden = !found;
    say(find("device-note"), found ? "" : `No device called ${name} has been heard of.`);
    if (found) paint(standing(found), labels);
}

function paint(found, labels) {
    paintHead(found);
    define(find("device-model"), modelFacts(found));
    define(find("device-facts"), deviceFacts(found));
    paintLabels(labels);
    for (const id of ["device-now", "cameras-rows"]) find(id).classList.toggle("old", found.state !== "online");
}

function paintHead({ state, since, reason }) {
    Object.assign(find("device-state"), { textContent: badge(state).text, className: badge(state).className });
    find("device-state").hidden = !state;
    say(find("device-since"), sinceWords(since));
    say(find("device-reason"), reason ?? "");
}

async function lookAtTelemetry(signal) {
    const newest = get("/v1/telemetry", { device: name, limit: 1 }, signal);
    const [{ messages }, known] = await Promise.all([newest, metrics(signal)]);
    paintTelemetry(messages[0], known);
}

function paintTelemetry(stored, metrics) {
    const message = stored?.message;
    const cameras = message?.cameras ?? [];
    define(find("device-now"), message ? hostFacts(message, stored.received_at, metrics) : [["Measured", "nothing yet"]]);
    fill(find("cameras-rows"), cameras, (each) => each.camera, cameraCells);
    say(find("cameras-note"), cameras.length ? "" : "No camera has been heard of yet.");
}
