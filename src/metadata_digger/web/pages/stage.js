// A picture as large as there is room, with the boxes of what was seen on it.
import { html, useEffect, useState } from "../vendor/preact.js";
import { preview } from "./api.js";
import * as icons from "./icons.js";
import { reason } from "./picture.js";
import { spoken } from "./unseen.js";

const ENOUGH = 640; // CSS pixels: smaller pictures are enlarged, to two and a half times at most

/** Labels of a picture, each name with a colour of its own, the same in the list and on the picture. */
export const colours = (labels) => {
  const names = [...new Set(labels.map(({ label }) => label))];
  return (label) => 1 + (names.indexOf(label) % 6);
};

/** A preview that fills its box; `children`: what lies on it. `onSize` hears width / height. */
export function Preview({ photo, alt, children, onLoad = null, whole = false }) {
  const [size, measure] = useState(null);
  const [failed, fail] = useState("");
  useEffect(() => {
    if (photo.picture === false) reason(photo.id).then(fail);
  }, []);
  if (photo.picture === false || failed)
    return html`<div class="no-preview">
      <${icons.Picture} />
      <strong>${photo.type || "File"}</strong>
      <span>${failed || "No preview"}</span>
    </div>`;
  const [width, height] = size ?? (photo.width && photo.height ? [photo.width, photo.height] : [4, 3]);
  const most = size ? Math.max(width, Math.min(ENOUGH, 2.5 * width)) : 100000;
  const style = whole
    ? { width: `${width}px`, aspectRatio: `${width} / ${height}` }
    : { width: `min(100cqw, ${(100 * width) / height}cqh, ${most}px)`, aspectRatio: `${width} / ${height}` };
  return html`<div class=${`preview${size ? "" : " is-coming"}`} style=${style}>
    <img
      src=${preview(photo.id, "large")}
      alt=${alt}
      draggable=${false}
      onLoad=${({ target }) => {
        measure([target.naturalWidth, target.naturalHeight]);
        onLoad?.();
      }}
      onError=${() => reason(photo.id).then(fail)}
    />
    ${size && children}
  </div>`;
}

export function Stage({ photo, failed, boxes, onBoxes, label, onLabel }) {
  const [whole, enlarge] = useState(false);
  const [loaded, load] = useState(false);
  if (!photo) return html`<div class="stage" aria-busy=${String(!failed)}></div>`;
  const colour = colours(photo.seen);
  const drawn = photo.seen
    .map((one, place) => ({ ...one, place }))
    .filter(({ box }) => box && photo.width && photo.height)
    // Small ones last: they lie above those that hold them.
    .sort((one, other) => other.box[2] * other.box[3] - one.box[2] * one.box[3]);
  const names = photo.labels.length ? `, on it: ${photo.labels.slice(0, 12).join(", ")}` : "";
  const part = (value, all) => `${(100 * value) / all}%`;
  return html`<div class=${`stage${whole ? " is-whole" : ""}`}>
    <div class="stage-in" tabindex=${whole ? 0 : null}>
      <${Preview} photo=${photo} alt=${`Preview of ${spoken(photo.name)}${names}`} whole=${whole} onLoad=${() => load(true)}>
        ${
          boxes &&
          drawn.map(
            ({ box: [x, y, w, h], label: name, place }) => html`<div
              key=${place}
              aria-hidden="true"
              class=${`seen-box colour-${colour(name)}${label === place ? " is-pointed" : ""}${label >= 0 && label !== place ? " is-dim" : ""}`}
              style=${{ left: part(x, photo.width), top: part(y, photo.height), width: part(w, photo.width), height: part(h, photo.height) }}
              onPointerEnter=${() => onLabel(place)}
              onPointerLeave=${() => onLabel(-1)}
            >
              <span class=${y < 0.06 * photo.height ? "is-inside" : ""}>${name}</span>
            </div>`,
          )
        }
      <//>
    </div>
    ${
      loaded &&
      html`<div class="stage-tools">
        ${drawn.length ? html`<button type="button" class="tool" aria-pressed=${String(boxes)} title="Boxes of labels (b)" onClick=${() => onBoxes(!boxes)}><${icons.Boxes} /> Boxes</button>` : null}
        <button type="button" class="tool" aria-pressed=${String(whole)} onClick=${() => enlarge(!whole)}><${icons.Enlarge} /> ${whole ? "Fit" : "Enlarge"}</button>
      </div>`
    }
  </div>`;
}
