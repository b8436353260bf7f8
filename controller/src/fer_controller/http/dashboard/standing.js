import { lasted, titled } from "./wording.js";

const PROVIDER_ENDING = "ExecutionProvider";
const SHUT_OUT = ["expired", "revoked"];

/** A provider as people call it, without the ending that all of them have. */
export const provider = (name) => name && titled(name.replace(PROVIDER_ENDING, ""));

/** Whether its certificate lets it in no more. */
export const isShutOut = (certificate) => SHUT_OUT.includes(certificate);

/** How far a clock is ahead or behind. */
export const offBy = (offsetS) => `${lasted(Math.abs(offsetS))} ${offsetS > 0 ? "ahead" : "behind"}`;

/** A device as people see it: whatever one that was taken out says of itself, it is revoked. */
export function standing(device) {
    const { revoked_at: since, revoked_by: by } = device;
    return since ? { ...device, state: "revoked", since, reason: `by ${by}; what it sends is refused` } : device;
}

/** What is wrong with a device besides its state. */
export function doubts({ state, reason, blind, certificate, clock_offset_s: offsetS }) {
    const clock = offsetS ? `its clock is ${offBy(offsetS)}` : "";
    const shutOut = isShutOut(certificate) && state !== "revoked" ? `its certificate is ${certificate}` : "";
    return [reason, shutOut, clock, blind].filter(Boolean).join("; ");
}
