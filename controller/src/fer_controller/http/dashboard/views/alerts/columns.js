import { post } from "../../api.js";
import { html } from "../../html.js";
import { DeviceLink, RolloutLink } from "../../parts/links.js";
import { State } from "../../parts/state.js";
import { Ago, Clock } from "../../parts/time.js";
import { NOTHING, number } from "../../wording.js";

/** The columns of alerts; begin(deed) looks after one, silence(about) silences it, where these may be done. */
export const columns = ({ begin, silence }) => [
    { key: "title", title: "Alert", cell: ({ title }) => title },
    { key: "state", title: "State", cell: (alert) => html`<${Standing} ...${alert} />` },
    { key: "raised", title: "Raised", number: true, cell: ({ raised_at: at }) => html`<${Ago} time=${at} />` },
    { key: "subject", title: "On", cell: (alert) => html`<${Subject} ...${alert} />` },
    { key: "sentence", title: "Why", why: true, cell: ({ sentence }) => sentence },
    { key: "acknowledged", title: "Looked after by", cell: (alert) => html`<${Keeper} ...${alert} begin=${begin} />` },
    { key: "silenced", title: "Silenced until", cell: (alert) => html`<${Silenced} ...${alert} silence=${silence} />` },
];

function Standing({ state, over_at: overAt, returns }) {
    const again = returns ? `, back ${number(returns)} times` : "";
    return html`<span><${State} name=${state} />${overAt && html` <${Ago} time=${overAt} />`}${again}</span>`;
}

function Subject({ device, rollout, subject }) {
    if (device) return html`<${DeviceLink} name=${device} />`;
    return rollout ? html`<${RolloutLink} id=${rollout} />` : (subject ?? "many");
}

function Keeper({ alert, sentence, over_at: overAt, acknowledged_by: by, acknowledged_at: at, begin }) {
    if (by) return html`<span>${by}, <${Ago} time=${at} /></span>`;
    if (overAt || !begin) return "nobody";
    const take = async () => {
        await post(`/v1/alerts/${encodeURIComponent(alert)}/acknowledge`, {});
        return `You look after this: ${sentence}`;
    };
    return html`<button type="button" onClick=${() => begin(take)}>Look after it</button>`;
}

function Silenced({ rule, title, device, silenced_until: until, over_at: overAt, silence }) {
    if (until) return html`<${Clock} time=${until} />`;
    if (overAt || !silence) return NOTHING;
    return html`<button type="button" aria-label="Silence ${title}${device ? ` of ${device}` : ""}"
        onClick=${() => silence({ rule, device })}>Silence …</button>`;
}
