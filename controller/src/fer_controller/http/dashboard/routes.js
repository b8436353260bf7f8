import { alerts } from "./views/alerts.js";
import { audit } from "./views/audit.js";
import { device } from "./views/device.js";
import { events } from "./views/events.js";
import { fleet } from "./views/fleet.js";
import { model } from "./views/model.js";
import { models } from "./views/models.js";
import { overview } from "./views/overview.js";
import { people } from "./views/people.js";
import { rollout } from "./views/rollout.js";
import { rollouts } from "./views/rollouts.js";

/**
 * By the first word of an address: the view of all, and that of one, whose id follows. A view is {title, View, Count};
 * what it counts, where it counts something, stands beside its title.
 */
export const ROUTES = {
    overview: { all: overview },
    alerts: { all: alerts },
    fleet: { all: fleet, one: device },
    rollouts: { all: rollouts, one: rollout },
    models: { all: models, one: model },
    events: { all: events },
    audit: { all: audit },
    people: { all: people },
};
const FIRST = "overview";
const FORMER = { emotions: "events" };

/** The view of an address, and the word that it stands under. */
export function routed({ view, id }) {
    const wanted = FORMER[view] ?? view;
    const name = Object.hasOwn(ROUTES, wanted) ? wanted : FIRST;
    const { all, one } = ROUTES[name];
    return { name, view: id && one ? one : all };
}
