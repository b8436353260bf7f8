import { ApiError, post, sentence } from "./api.js";
import { agreed, element, find, say } from "./page.js";

const LIVE = ["running", "paused"];
const TO_RETRY = ["failed", "quarantined", "unreachable"];
const LOST = "The answer got lost, and the order may have been taken up: look at the log before you give it again.";
const NOT_TAKEN_UP = "No controller took the order up yet; it is done when one runs.";

const ORDERS = {
    pause: { from: ["running"], does: "Tells no further device and passes no wave until it is resumed." },
    resume: { from: ["paused"], does: "Goes on; a wave that soaked, soaks once more." },
    promote: { from: LIVE, needs: hasOpenWave, does: "Passes the wave by your word, whatever its gates say." },
    retry: {
        from: [...LIVE, "completed"], needs: hasFailed,
        does: "Tries failed, quarantined and unreachable devices again, and lets them out of quarantine.",
    },
    abort: {
        from: ["planned", ...LIVE],
        does: "Stops: updates under way are withdrawn, devices that committed stay as they are.",
    },
    rollback: {
        from: [...LIVE, "completed", "aborted", "failed"],
        does: "Brings every device that it reached back to what it ran before.",
    },
};

let shown = "";

/** The buttons of what can be ordered now. */
export function paintOrders(rollout, operator) {
    const possible = Object.keys(ORDERS).filter((name) => operator && isPossible(ORDERS[name], rollout));
    if (shown === [rollout.rollout, ...possible].join(" ")) return;
    if (!shown.startsWith(rollout.rollout)) say(find("order-outcome"), "");
    shown = [rollout.rollout, ...possible].join(" ");
    find("orders").replaceChildren(...possible.map((name) => button(name, rollout.rollout)));
}

const isPossible = ({ from, needs = () => true }, rollout) => from.includes(rollout.state) && needs(rollout);

function hasOpenWave({ waves }) {
    return waves.some((wave) => ["updating", "soaking"].includes(wave.state));
}

function hasFailed({ waves }) {
    return waves.some((wave) => TO_RETRY.some((state) => wave.states[state]));
}

function button(name, id) {
    const made = element("button", { type: "button", textContent: name, onclick: () => order(name, id) });
    made.dataset.order = name;
    return made;
}

async function order(name, id) {
    if (!(await agreed(`Order ${name} of ${id}?`, ORDERS[name].does, name))) return;
    enable(false);
    say(find("order-outcome"), "Ordering …");
    say(find("order-outcome"), `${name}: ${await outcome(name, id)}`);
    enable(true);
}

async function outcome(name, id) {
    try {
        return (await post(`/v1/rollouts/${encodeURIComponent(id)}/orders`, { order: name })).outcome ?? NOT_TAKEN_UP;
    } catch (error) {
        return error instanceof ApiError ? sentence(error) : LOST;
    }
}

function enable(possible) {
    for (const each of find("orders").children) each.disabled = !possible;
}
