import { change, link } from "../../address.js";
import { html } from "../../html.js";
import { Choice } from "../../parts/choice.js";
import { FIRST_SPAN, SPANS } from "../../spans.js";
import { Newest } from "../events/newest.js";
import { OverTime } from "../events/over_time.js";

/** What its cameras saw: emotions over time, and the newest events. */
export function Events({ device: { device: name }, query: { span = FIRST_SPAN } }) {
    return html`
        <div class="bar">
            <h2>Emotions</h2>
            <div class="push choices">
                <${Choice} label="Span" value=${span} onChoose=${(value) => change({ span: value })}
                    choices=${Object.entries(SPANS).map(([key, { title }]) => [key, title])} />
                <a href=${link("events", "", { device: name, span })}>All about its events</a>
            </div>
        </div>
        <${OverTime} device=${name} span=${SPANS[span] ?? SPANS[FIRST_SPAN]} />
        <${Newest} device=${name} />`;
}
