import { get, poll } from "./api.js";
import { openForm } from "./deploy.js";
import { paintOrders } from "./orders.js";
import { ago, badge, caption, cell, clock, count, figure, fill, find, MOST_ROWS, number, say, words } from "./page.js";

const LIST_EVERY_MS = 2000;
const EVERY_MS = 1000;
const ENDED_EVERY_MS = 10_000;
const NEWEST = 20;
const TROUBLE = ["failed", "quarantined", "unreachable", "retrying", "inconclusive"];

let pollings = [];
let asked;
let operator = false;

export const rollouts = {
    title: "Rollouts",
    open(me, id) {
        [operator, asked] = [me.role !== "viewer", id];
        find("rollout").hidden = true;
        openForm(operator);
        pollings = [poll(lookAtList, LIST_EVERY_MS)];
        if (asked) pollings.push(poll(lookAtOne, EVERY_MS));
    },
    close: () => pollings.splice(0).forEach((polling) => polling.stop()),
};

async function lookAtList(signal) {
    const found = await get("/v1/rollouts", { limit: NEWEST }, signal);
    fill(find("rollouts-rows"), found, (each) => each.rollout, listed);
    say(find("rollouts-note"), found.length ? "" : "There is no rollout yet.");
    if (!asked && found.length) {
        asked = found[0].rollout;
        pollings.push(poll(lookAtOne, EVERY_MS));
    }
    for (const row of find("rollouts-rows").rows) row.ariaCurrent = row.dataset.key === asked ? "true" : null;
}

function listed({ rollout, model, precision, state, waves, created_at }) {
    const passed = waves.filter((wave) => wave.state === "passed").length;
    const devices = waves.reduce((sum, wave) => sum + wave.devices, 0);
    return [
        { text: rollout, href: `#rollouts/${rollout}` }, `${model} ${precision}`, badge(state),
        cell(`${passed}/${waves.length}`), number(devices), ago(created_at),
    ];
}

async function lookAtOne(signal) {
    const found = await get(`/v1/rollouts/${encodeURIComponent(asked)}`, {}, signal);
    find("rollout").hidden = false;
    paintHead(found);
    paintOrders(found, operator);
    paintWaves(found);
    paintDevices(found);
    paintAudit(found);
    return found.ended_at ? ENDED_EVERY_MS : EVERY_MS;
}

function paintHead({ rollout, model, precision, state, reason, created_by, created_at, request, unpublished }) {
    say(find("rollout-name"), `${model} ${precision}`);
    Object.assign(find("rollout-state"), { textContent: words(state), className: `state ${state}` });
    say(find("rollout-reason"), reason ?? "");
    const where = request.selector || request.devices?.join(", ") || "all devices";
    const waiting = unpublished ? `, ${count(unpublished, "device")} not told yet` : "";
    say(find("rollout-facts"), `${rollout}, ordered by ${created_by} ${ago(created_at).text}, for ${where}${waiting}.`);
}

/** What is said of the rollout is not said of its wave again. */
function paintWaves({ waves, gates, reason }) {
    const once = (wave) => waveCells({ ...wave, reason: wave.reason === reason ? null : wave.reason });
    fill(find("waves-rows"), waves, (wave) => wave.wave, once);
    const judged = waves.toReversed().flatMap(({ wave, gates }) => {
        return troubleFirst(gates, (gate) => gate.outcome).map((gate) => ({ ...gate, wave }));
    });
    fill(find("gates-rows"), judged, (each) => `${each.wave} ${each.gate}`, gateCells);
    say(find("gates-note"), judged.length ? "" : `No wave is judged yet. The gates: ${gates.join(", ") || "none"}.`);
}

function waveCells({ wave, state, reason, devices, settled, states, decides_at }) {
    const parts = Object.entries(states).map(([name, many]) => `${many} ${words(name)}`);
    return [
        wave, { text: `${settled} of ${devices} settled`, value: settled, max: devices || 1 },
        cell(`${settled}/${devices}`), badge(state), decides_at ? clock(decides_at) : "–",
        parts.join(", "), cell(reason ?? "", "why"),
    ];
}

const gateCells = ({ wave, gate, before, after, value, devices, of_devices, outcome, sentence, ...known }) => [
    wave, cell(gate, "code"), cell(`${figure(before).text} → ${figure(after).text}`), figure(value),
    cell(`${devices}/${of_devices}`), cell(evidence(known)), figure(known.p), figure(known.power), badge(outcome),
    cell(sentence, "why"),
];

function evidence({ evidence, evidence_after, evidence_before }) {
    return evidence_after ? `${evidence_after} ${evidence}, ${evidence_before} before` : "–";
}

function paintDevices({ devices }) {
    const sorted = troubleFirst(devices, (each) => each.state);
    fill(find("targets-rows"), sorted.slice(0, MOST_ROWS), (each) => each.device, (each) => [
        each.device, number(each.wave), badge(each.state), number(each.attempt), each.previous, each.model,
        cell(each.reason ?? each.why, "why"),
    ]);
    caption(find("targets-note"), sorted.length, Math.min(sorted.length, MOST_ROWS), "");
}

function troubleFirst(items, word) {
    const rank = (item) => (TROUBLE.includes(word(item)) ? 0 : 1);
    return items.toSorted((one, other) => rank(one) - rank(other));
}

function paintAudit({ audit }) {
    const newest = audit.slice(-MOST_ROWS).reverse();
    fill(find("audit-rows"), newest, (each) => each.id, (each) => [
        clock(each.time), each.actor, words(each.action), cell(each.sentence, "why"),
    ]);
    caption(find("audit-note"), audit.length, newest.length, "");
}
