// The pictures as a grid: one tab stop, as many rows as there are, only those in sight drawn.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { useCursor } from "./cursor.js";
import * as icons from "./icons.js";
import { MarkSign } from "./marks.js";
import { Thumbnail } from "./picture.js";
import { useScroll } from "./scroll.js";
import { session } from "./session.js";
import { seen, spoken } from "./unseen.js";
import { day, many } from "./wording.js";

const WIDTHS = { s: 96, m: 140, l: 240 }; // the least, in CSS pixels
const GAP = 8;
const CAPTION = { s: 0, m: 38, l: 38 };

export function Gallery({ state, photos, total: all, old }) {
  const port = useRef(null);
  const [wide, widen] = useState(0); // 0: not measured yet, nothing is drawn
  useLayoutEffect(() => {
    const measure = () => widen(port.current.querySelector(".gallery").clientWidth);
    const sized = new ResizeObserver(measure);
    sized.observe(port.current);
    measure();
    return () => sized.disconnect();
  }, []);
  const total = wide ? all : 0;
  const columns = Math.max(2, Math.floor((wide + GAP) / (WIDTHS[state.tile] + GAP)));
  const width = (wide - GAP * (columns - 1)) / columns;
  const high = Math.round(width * 0.8) + CAPTION[state.tile] + GAP;
  const rows = Math.ceil(total / columns);
  const scroll = useScroll(port, rows, high);
  const cursor = useCursor({ state, photos, total, columns, scroll, port });
  useEffect(() => photos?.want(scroll.first * columns, Math.min(total - 1, (scroll.last + 1) * columns - 1)), [
    photos,
    scroll.first,
    scroll.last,
    columns,
    total,
  ]);
  const { selected } = session.use();
  const drawn = [];
  for (let row = scroll.first; row <= scroll.last; row += 1) drawn.push(row);
  const own = Math.floor(cursor.current / columns);
  if (own < rows && !drawn.includes(own)) drawn.push(own); // the tab stop is always there
  return html`<div class=${`port${old ? " old" : ""}`} ref=${port} aria-busy=${old ? "true" : null}>
    <div
      class=${`gallery tile-${state.tile}`}
      role="grid"
      aria-label="Pictures"
      aria-rowcount=${rows}
      aria-colcount=${columns}
      aria-multiselectable="true"
      style=${{ height: `${scroll.box}px` }}
      onKeyDown=${cursor.key}
    >
      ${drawn.map(
        (row) => html`<div
          class="gallery-row"
          role="row"
          key=${row}
          aria-rowindex=${row + 1}
          style=${{ top: `${row * high + scroll.offset}px`, height: `${high - GAP}px`, gap: `${GAP}px` }}
        >
          ${Array.from({ length: Math.min(columns, total - row * columns) }, (_, column) => {
            const place = row * columns + column;
            return html`<${Tile}
              key=${place}
              place=${place}
              column=${column}
              width=${width}
              photo=${photos?.get(place)}
              isCurrent=${place === cursor.current}
              selected=${selected}
              cursor=${cursor}
              caption=${CAPTION[state.tile] > 0}
            />`;
          })}
        </div>`,
      )}
    </div>
  </div>`;
}

function Tile({ place, column, width, photo, isCurrent, selected, cursor, caption }) {
  const isSelected = photo ? selected.has(photo.id) : false;
  return html`<div
    class=${`tile${isSelected ? " is-selected" : ""}${photo ? "" : " is-empty"}`}
    role="gridcell"
    aria-colindex=${column + 1}
    aria-selected=${isSelected ? "true" : "false"}
    data-place=${place}
    tabindex=${isCurrent ? 0 : -1}
    style=${{ width: `${width}px` }}
    onClick=${(event) => cursor.click(event, place)}
    onFocus=${() => cursor.focused(place)}
  >
    <span class="well">
      ${photo ? html`<${Thumbnail} photo=${photo} />` : null}
      ${photo?.mark ? html`<${MarkSign} mark=${photo.mark} />` : null}
      ${photo ? html`<span class="tick" data-tick="1" aria-hidden="true"><${icons.Check} /></span>` : null}
    </span>
    ${caption && photo
      ? html`<span class="caption">
          <span class="caption-name">${seen(photo.name, 200)}</span>
          <span class="caption-more">${seen([day(photo.date), photo.camera].filter(Boolean).join(" · ") || (photo.type ?? ""), 200)}</span>
        </span>`
      : null}
    <span class="visually-hidden">${photo ? more(photo, caption) : "Not loaded yet"}</span>
  </div>`;
}

/** For who does not see the picture. */
function more(photo, caption) {
  const words = [photo.labels?.slice(0, 6).join(", ")];
  if (!caption) words.unshift(photo.name, day(photo.date), photo.camera);
  if (photo.notes?.length) words.push(many(photo.notes.length, "note"));
  return spoken(words.filter(Boolean).join(", ")).slice(0, 500);
}
