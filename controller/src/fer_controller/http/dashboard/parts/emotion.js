import { html } from "../html.js";

/** An emotion beside its colour. */
export const Emotion = ({ name }) => html`<span class="swatch ${name}">${name}</span>`;
