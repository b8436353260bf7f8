import { html } from "../html.js";
import { Explorer } from "./events/explorer.js";

export const events = { title: "Events", View: Events };

/** Events by every filter that the API has, all of which stand in the address. */
function Events({ query }) {
    return html`<div class="bar"><h1>Events</h1></div><${Explorer} query=${query} />`;
}
