import { link } from "../address.js";
import { html } from "../html.js";

export const DeviceLink = ({ name }) => html`<a href=${link("fleet", name)}>${name}</a>`;
export const RolloutLink = ({ id, children }) => html`<a href=${link("rollouts", id)}>${children ?? id}</a>`;
