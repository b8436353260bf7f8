import { html } from "../html.js";

/** What became of a deed, or that it is being done. */
export function Outcome({ busy, said, failed, doing = "" }) {
    const text = busy ? doing : said;
    return html`<p class="outcome ${failed ? "bad" : ""}" role="status" aria-live="polite" hidden=${!text}>${text}</p>`;
}
