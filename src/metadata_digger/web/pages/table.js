// The pictures as a table: columns of any field, sorted by a click on their heads.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { useCursor } from "./cursor.js";
import { fieldsLike } from "./facets.js";
import * as icons from "./icons.js";
import { MarkSign } from "./marks.js";
import { Thumbnail } from "./picture.js";
import { useScroll } from "./scroll.js";
import { session, titled } from "./session.js";
import { go } from "./state.js";
import { Suggest } from "./suggest.js";
import { seen, spoken } from "./unseen.js";
import { moment, number, size } from "./wording.js";

const HIGH = 44;
const HEAD = 32; // of the columns' heads, which stay

// What a row of a list always has; any other field is asked for.
export const OWN = {
  name: { title: "Name", sort: "path", show: (photo) => photo.name },
  date: { title: "Date", sort: "date", show: (photo) => moment(photo.date) },
  camera: { title: "Camera", show: (photo) => photo.camera },
  labels: { title: "Labels", show: (photo) => photo.labels?.join(", ") },
  type: { title: "Type", sort: "file_type", show: (photo) => photo.type },
  size: { title: "Size", sort: "size", show: (photo) => size(photo.size), right: true },
  pixels: { title: "Pixels", show: (photo) => (photo.width ? `${number(photo.width)} × ${number(photo.height)}` : "") },
  folder: { title: "Folder", sort: "path", show: (photo) => photo.folder },
  notes: { title: "Notes", show: (photo) => photo.notes?.join("; ") },
};
const USUAL = ["name", "date", "camera", "labels", "type", "size", "folder"];

export const columnsOf = (state) => (state.columns.length ? state.columns : USUAL);
export const fieldsOf = (state) => (state.view === "table" ? columnsOf(state).filter((name) => !(name in OWN)) : []);

const column = (name) => OWN[name] ?? { title: titled(name), sort: name, show: (photo) => photo.values?.[name] };

export function Table({ state, photos, total, old }) {
  const port = useRef(null);
  const scroll = useScroll(port, total, HIGH, 6, HEAD);
  const cursor = useCursor({ state, photos, total, columns: 1, scroll, port });
  const { selected } = session.use();
  useEffect(() => photos?.want(scroll.first, scroll.last), [photos, scroll.first, scroll.last]);
  const names = columnsOf(state);
  const rows = [];
  for (let row = scroll.first; row <= scroll.last; row += 1) rows.push(row);
  if (cursor.current < total && !rows.includes(cursor.current)) rows.push(cursor.current);
  return html`<div class=${`port table-port${old ? " old" : ""}`} ref=${port} aria-busy=${old ? "true" : null}>
    <div
      class="table"
      role="grid"
      aria-label="Pictures"
      aria-rowcount=${total + 1}
      aria-colcount=${names.length + 1}
      aria-multiselectable="true"
      onKeyDown=${cursor.key}
    >
      <div class="table-row table-head" role="row" aria-rowindex="1">
        <span role="columnheader" class="cell cell-picture"><span class="visually-hidden">Picture</span></span>
        ${names.map((name) => html`<${Head} key=${name} name=${name} state=${state} />`)}
      </div>
      <div class="table-body" role="rowgroup" style=${{ height: `${scroll.box}px` }}>
        ${rows.map((row) => {
          const photo = photos?.get(row);
          const isSelected = photo ? selected.has(photo.id) : false;
          return html`<div
            class=${`table-row${isSelected ? " is-selected" : ""}${photo ? "" : " is-empty"}`}
            role="row"
            key=${row}
            aria-rowindex=${row + 2}
            aria-selected=${isSelected ? "true" : "false"}
            style=${{ top: `${row * HIGH + scroll.offset}px` }}
            onClick=${(event) => cursor.click(event, row)}
          >
            <span
              role="gridcell"
              class="cell cell-picture"
              data-place=${row}
              tabindex=${row === cursor.current ? 0 : -1}
              aria-label=${photo ? spoken(photo.name) : "Not loaded yet"}
              onFocus=${() => cursor.focused(row)}
            >
              <span class="tick" data-tick="1"><${icons.Check} /></span>
              <span class="well">${photo ? html`<${Thumbnail} photo=${photo} />` : null}</span>
              ${photo?.mark ? html`<${MarkSign} mark=${photo.mark} />` : null}
            </span>
            ${names.map((name) => {
              const text = photo ? (column(name).show(photo) ?? "") : "";
              return html`<span role="gridcell" key=${name} class=${`cell cell-${name in OWN ? name : "tag"}${column(name).right ? " right" : ""}`} title=${spoken(text).slice(0, 1000)}>${seen(text, 300)}</span>`;
            })}
          </div>`;
        })}
      </div>
    </div>
  </div>`;
}

function Head({ name, state }) {
  const { title, sort, right } = column(name);
  const own = state.sort.replace(/^-/, "") === sort && (sort !== "path" || name === "name");
  const down = state.sort.startsWith("-");
  return html`<span
    role="columnheader"
    class=${`cell cell-${name in OWN ? name : "tag"}${right ? " right" : ""}`}
    aria-sort=${own ? (down ? "descending" : "ascending") : sort ? "none" : null}
  >
    ${sort
      ? html`<button type="button" onClick=${() => go({ sort: own && !down ? `-${sort}` : sort })}>${title}<span class="sort-sign" aria-hidden="true">${own ? (down ? "↓" : "↑") : ""}</span></button>`
      : html`<span class="head-text">${title}</span>`}
  </span>`;
}

/** Which columns: a list to tick, and any field or tag. */
export function ColumnChoice({ state }) {
  const [text, set] = useState("");
  const names = columnsOf(state);
  const all = [...Object.keys(OWN), ...names.filter((name) => !(name in OWN))];
  return html`<details class="menu">
    <summary class="tool"><${icons.Columns} /> Columns</summary>
    <div class="menu-body">
      ${all.map(
        (name) => html`<label key=${name} class="menu-row">
          <input
            type="checkbox"
            checked=${names.includes(name)}
            disabled=${names.length === 1 && names.includes(name)}
            onChange=${() => go({ columns: names.includes(name) ? names.filter((one) => one !== name) : [...names, name] })}
          />
          <span>${column(name).title}</span>
        </label>`,
      )}
      <${Suggest}
        label="Add a column: any field or tag"
        placeholder="Any field or tag"
        value=${text}
        change=${set}
        propose=${(words, caret, signal) => fieldsLike(words, signal, names)}
        take=${(proposal) => {
          go({ columns: [...names, proposal.field] });
          return null;
        }}
        input=${{ eager: true }}
      />
    </div>
  </details>`;
}
