import { change, go } from "../../address.js";
import { post } from "../../api.js";
import { html } from "../../html.js";
import { askDevice, Command } from "../../parts/command.js";
import { useDeed } from "../../parts/deed.js";
import { agreed } from "../../parts/dialog.js";
import { Outcome } from "../../parts/outcome.js";
import { count } from "../../wording.js";

const AT_THE_BROKER = "The broker lets it in until it is told not to: docs/howto/a-stolen-device.md.";

const asks = (kind) => async ({ name }) => {
    const { command } = await askDevice(name, kind);
    change({ command });
};

/**
 * What may be done: where it is possible, what is asked first and why one may hesitate, and what does it. act is given
 * the device's name and the reason that was typed; it returns a sentence, or nothing where what follows is shown.
 */
const ACTIONS = [
    {
        title: "Restart agent", act: asks("restart"), question: (name) => `Restart the agent of ${name}?`,
        why: "It ends in order and is started again. Its cameras are away for some seconds; no event is lost.",
    },
    { title: "Doctor", act: asks("doctor") },
    { title: "Diagnose", act: asks("diagnose") },
    {
        title: "Quarantine", possible: ({ quarantined }) => quarantined === null, reasoned: true,
        question: (name) => `Put ${name} into quarantine?`,
        why: "Rollouts leave it out until somebody releases it. It goes on as it is.",
        act: async ({ name, reason }) => relabelled(name, { quarantine: true, reason }, "It is in quarantine."),
    },
    {
        title: "Release", possible: ({ quarantined }) => quarantined !== null,
        question: (name) => `Release ${name} from quarantine?`,
        why: "Rollouts may reach it again, and its failures are counted from zero.",
        act: async ({ name }) => relabelled(name, { release: true }, "It is released."),
    },
    {
        title: "Revoke", possible: ({ state }) => state !== "revoked", reasoned: true, typed: true,
        question: (name) => `Revoke ${name}?`,
        why: "Its token and certificates are void at once, its orders are withdrawn, and what it sends is refused until it is enrolled anew.",
        act: revoked,
    },
    {
        title: "Forget", typed: true, question: (name) => `Forget ${name}?`,
        why: "Its labels, token, certificates and commands are gone for good; its events stay. It must be offline.",
        act: forgotten,
    },
];

async function relabelled(name, words, said) {
    await post("/v1/labels", { devices: [name], ...words });
    return said;
}

async function revoked({ name, reason }) {
    const { certificates, had_token: hadToken } = await post(`/v1/devices/${encodeURIComponent(name)}/revoke`, { reason });
    const token = hadToken ? "Its token is void" : "It had no token";
    return `${token}; ${count(certificates, "certificate")} revoked. ${AT_THE_BROKER}`;
}

async function forgotten({ name }) {
    await post(`/v1/devices/${encodeURIComponent(name)}/forget`, {});
    go("fleet");
}

/** What an operator may do with a device, and what became of a command, which the address names. */
export function Actions({ device: { device: name, state }, quarantined, query, again }) {
    const [deed, begin] = useDeed();
    const possible = ACTIONS.filter((action) => action.possible?.({ state, quarantined }) ?? true);
    const take = async ({ title, question, why, reasoned, typed, act }) => {
        const sure = question ? await agreed(question(name), why, title, { typed: typed ? name : "", reasoned }) : {};
        if (sure) await begin(async () => {
            const said = await act({ name, reason: sure.reason });
            again();
            return said;
        });
    };
    return html`
        <div class="choices" role="group" aria-label="Actions">${possible.map((action) => html`<button
            key=${action.title} type="button" disabled=${deed.busy} onClick=${() => take(action)}>${action.title}</button>`)}
        </div>
        <${Outcome} ...${deed} doing="One moment …" />
        ${query.command && html`<${Command} key=${query.command} id=${query.command}
            onClose=${() => change({ command: "" })} />`}`;
}
