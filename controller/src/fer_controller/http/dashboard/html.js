import { Fragment, h, render } from "./vendor/preact.js";
import htm from "./vendor/htm.js";

export { useEffect, useLayoutEffect, useMemo, useRef, useState } from "./vendor/hooks.js";
export { Fragment, render };

/** A template of elements and components: html`<p class="hint">${text}</p>`. Text is never read as HTML. */
export const html = htm.bind(h);
