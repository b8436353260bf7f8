import { change } from "../address.js";
import { get } from "../api.js";
import { html } from "../html.js";
import { useLook } from "../live.js";
import { Choice } from "../parts/choice.js";
import { FIRST_SPAN, SPANS } from "../spans.js";
import { Newest } from "./events/newest.js";
import { OverTime } from "./events/over_time.js";

const DEVICES_EVERY_MS = 60_000;
const MEASURES = [["count", "events"], ["share", "shares"]];

export const events = { title: "Events", View: Events };

/** Emotions over time, and the newest events. */
function Events({ query }) {
    const { device = "", span = FIRST_SPAN, show = "count" } = query;
    const asked = useLook((signal) => get("/v1/devices", {}, signal), DEVICES_EVERY_MS);
    const names = asked.value?.map((each) => each.device) ?? [device].filter(Boolean);
    return html`
        <div class="bar">
            <h1>Events</h1>
            <div class="push choices">
                <${Choice} label="Device" value=${device} onChoose=${(value) => change({ device: value })}
                    choices=${[["", "all"], ...names.map((name) => [name, name])]} />
                <${Choice} label="Span" value=${span} onChoose=${(value) => change({ span: value })}
                    choices=${Object.entries(SPANS).map(([key, { title }]) => [key, title])} />
                <${Choice} label="Show" value=${show} onChoose=${(value) => change({ show: value })} choices=${MEASURES} />
            </div>
        </div>
        <p class="hint">An emotion read from a face is an estimate of an expression, not of what somebody feels.</p>
        <${OverTime} device=${device} span=${SPANS[span] ?? SPANS[FIRST_SPAN]} inShares=${show === "share"} />
        <${Newest} device=${device} />`;
}
