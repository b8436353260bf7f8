import { change } from "../../address.js";
import { html } from "../../html.js";
import { Choice } from "../../parts/choice.js";
import { Moment } from "../../parts/moment.js";
import { ANY, FIRST, SPANS } from "./span.js";

const CHOSEN = "chosen";
const NAMES = { since: "From", until: "Until" };
const NONE = { since: ANY, until: "" };

/** From when until when: a span that ends now, or two times. */
export function Times({ query, wrong, sentence }) {
    const { since = FIRST, until = "" } = query;
    const isSpan = !until && SPANS.some(([key]) => key === since);
    const choose = (key) => key !== CHOSEN && change({ since: key, until: "", before: "" });
    return html`
        <${Choice} label="Time" value=${isSpan ? since : CHOSEN} onChoose=${choose}
            choices=${[...SPANS, ...(isSpan ? [] : [[CHOSEN, "chosen times"]])]} />
        ${Object.entries(NAMES).map(([name, label]) => html`<${Moment} key=${name} label=${label} value=${query[name]}
            onChoose=${(time) => change({ [name]: time || NONE[name], before: "" })} />`)}
        ${NAMES[wrong] && html`<p class="bad" role="alert">${NAMES[wrong]}: ${sentence}</p>`}`;
}
