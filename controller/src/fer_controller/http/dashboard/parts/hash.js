import { html } from "../html.js";

const SHOWN = 12;

/** How a SHA-256 begins; all of it on hover. */
export const Hash = ({ sha256 }) => html`<code title=${sha256}>${sha256.slice(0, SHOWN)}…</code>`;
