import { html } from "../../html.js";
import { Facts } from "../../parts/facts.js";
import { deviceFacts, hostFacts, modelFacts } from "./known.js";
import { Labels } from "./labels.js";
import { Measured } from "./measured.js";

/** What it is, what it runs, how it is called, and what it measured last. */
export function Now({ device, labelled, operator, again }) {
    return html`
        <div class="cards">
            <section><h2>Model</h2><${Facts} pairs=${modelFacts(device)} /></section>
            <section><h2>Device</h2><${Facts} pairs=${deviceFacts(device)} /></section>
            <${Labels} name=${device.device} labels=${labelled.labels} operator=${operator} again=${again} />
        </div>
        <h2>Measured</h2>
        <${Measured} device=${device}>${({ stored, metrics }) => html`<div class="cards">
            <section><${Facts} pairs=${hostFacts(stored, metrics)} /></section></div>`}<//>`;
}
