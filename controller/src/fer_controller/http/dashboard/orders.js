import { ApiError, post, sentence } from "./api.js";
import { agreed, element, find, say } from "./page.js";

const LOST = "The answer was lost, and the order may have been taken up: check the log before you give it again.";
const NOT_TAKEN_UP = "No controller has taken the order up yet; it is carried out when one runs.";

let shown = "";

/** A button for each order that the rollout would take now. */
export function paintOrders({ rollout, orders }, operator) {
    const possible = operator ? orders : [];
    const painted = JSON.stringify([rollout, possible]);
    if (shown === painted) return;
    if (!shown.startsWith(JSON.stringify([rollout]).slice(0, -1))) say(find("order-outcome"), "");
    shown = painted;
    find("orders").replaceChildren(...possible.map((each) => button(each, rollout)));
}

function button({ order, does }, id) {
    const made = element("button", { type: "button", textContent: order, onclick: () => give(order, does, id) });
    made.dataset.order = order;
    return made;
}

async function give(order, does, id) {
    if (!(await agreed(`Order ${order} of ${id}?`, does, order))) return;
    enable(false);
    say(find("order-outcome"), "Ordering …");
    say(find("order-outcome"), `${order}: ${await outcome(order, id)}`);
    enable(true);
}

async function outcome(order, id) {
    try {
        return (await post(`/v1/rollouts/${encodeURIComponent(id)}/orders`, { order })).outcome ?? NOT_TAKEN_UP;
    } catch (error) {
        return error instanceof ApiError ? sentence(error) : LOST;
    }
}

function enable(possible) {
    for (const each of find("orders").children) each.disabled = !possible;
}
