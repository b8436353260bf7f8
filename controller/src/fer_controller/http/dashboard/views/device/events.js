import { html } from "../../html.js";
import { Explorer } from "../events/explorer.js";

/** What its cameras saw: emotions over time, and the events. */
export const Events = ({ device: { device: name }, query }) => html`<h2>Emotions</h2><${Explorer} query=${query} device=${name} />`;
