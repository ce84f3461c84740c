// All pictures found, as a file.
import { html, useState } from "../vendor/preact.js";
import { url, useAnswer } from "./api.js";
import { Dialog, open, toast, useFault } from "./dialog.js";
import { asked } from "./state.js";
import { many } from "./wording.js";

const FORMATS = [
  ["csv", "CSV", "A table with a column for each tag: for spreadsheets and scripts."],
  ["jsonl", "JSON Lines", "A JSON object a line, with all tags as they are: for programs."],
  ["kml", "KML", "Pictures with a place: for Google Earth and other globes."],
  ["geojson", "GeoJSON", "Pictures with a place: for QGIS and other maps."],
];

export function ExportDialog({ state }) {
  const [format, choose] = useState("csv");
  const mapped = format === "kml" || format === "geojson";
  const body = asked(state);
  // Those without a place are no part of a map's file: their number is said before, not found out after.
  const all = useAnswer("search", { ...body, limit: 1 });
  const placed = useAnswer("search", { ...body, has: [...new Set([...(body.has ?? []), "location"])], limit: 1 });
  const fault = useFault(all.fault);
  const total = all.data?.total;
  const count = mapped ? placed.data?.total : total;
  const query = new URLSearchParams({ format, asked: JSON.stringify(body), sort: state.sort });
  const done = () => {
    toast("The export is on its way to your downloads.");
    open("");
  };
  const ready = count > 0;
  return html`<${Dialog} title="Export" kind="small" onClose=${() => open("")}>
    <div class="dialog-body">
      <p>${total === undefined ? "Counting…" : html`The search as it stands finds <strong>${many(total, "picture")}</strong>.`}</p>
      ${fault}
      <fieldset class="formats">
        <legend class="visually-hidden">Format</legend>
        ${FORMATS.map(
          ([value, title, words]) => html`<label key=${value}>
            <input type="radio" name="format" value=${value} checked=${format === value} onChange=${() => choose(value)} />
            <span><strong>${title}</strong><span class="hint">${words}</span></span>
          </label>`,
        )}
      </fieldset>
      ${mapped && placed.data && placed.data.total < total ? html`<p class="hint">${many(total - placed.data.total, "picture")} without a place will not be in the file.</p>` : null}
    </div>
    <footer class="dialog-foot">
      <button type="button" class="tool" onClick=${() => open("")}>Cancel</button>
      ${
        ready
          ? html`<a class="tool primary" download href=${`${url("export")}?${query}`} onClick=${() => setTimeout(done)}>Export ${many(count, "picture")}</a>`
          : html`<button type="button" class="tool primary" disabled>Export</button>`
      }
    </footer>
  <//>`;
}
