import { file } from "../../api.js";
import { html } from "../../html.js";
import { useDeed } from "../../parts/deed.js";
import { Outcome } from "../../parts/outcome.js";

const FORMS = { csv: "CSV", parquet: "Parquet" };

/** All events that match as a file. */
export function Files({ wanted }) {
    const [deed, begin] = useDeed();
    const save = (format) => begin(async () => {
        const { name, content } = await file("/v1/export/events", { ...wanted, format });
        keep(name, content);
        return `${name} is saved.`;
    });
    return html`<div class="choices" role="group" aria-label="Download">
            ${Object.entries(FORMS).map(([format, title]) => html`<button
                key=${format} type="button" disabled=${deed.busy} onClick=${() => save(format)}>Download ${title}</button>`)}
        </div>
        <${Outcome} ...${deed} doing="Making the file …" />`;
}

/** As if a link to it were followed. */
function keep(name, content) {
    const url = URL.createObjectURL(content);
    Object.assign(document.createElement("a"), { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url));
}
