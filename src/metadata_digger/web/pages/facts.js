// What is known of a picture beside its tags: notes, file, labels, place, hashes.
import { html } from "../vendor/preact.js";
import * as icons from "./icons.js";
import { PlaceSketch } from "./sketch.js";
import { toast } from "./dialog.js";
import { place } from "./places.js";
import { colours } from "./stage.js";
import { go } from "./state.js";
import { seen, spoken, Value } from "./unseen.js";
import { many, moment, size } from "./wording.js";
import { titled } from "./session.js";

const fresh = { q: "", filters: [], from: "", to: "", box: null, radius: null, has: [] };

/** Another search, for this alone. */
export const search = (patch) => go({ ...fresh, ...patch, photo: "", compare: null });
export const only = (field, value) => search({ filters: [{ field, values: [value], not: false }] });

export function Copy({ text, what }) {
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      toast(`Copied: ${what}`);
    } catch {
      toast("The browser lets nothing be copied from here: select it and copy by keys.", { fault: true });
    }
  };
  return html`<button type="button" class="quiet icon-only copy" aria-label=${`Copy ${what}`} title="Copy" onClick=${copy}><${icons.Copy} /></button>`;
}


export function About({ photo, label, onLabel }) {
  const rows = [
    ["Path", html`<${Value} text=${photo.path} /><${Copy} text=${photo.path} what="the path" />`],
    ["Input", photo.base_path && html`<${Value} text=${photo.base_path} />`],
    ["Type", photo.type],
    ["Size", photo.size !== null && html`<span title=${`${photo.size} bytes`}>${size(photo.size)}</span>`],
    ["Pixels", photo.width && photo.height && `${photo.width} × ${photo.height}`],
    ["Date", photo.date && moment(photo.date)],
    ["Camera", photo.camera && html`<${Value} text=${photo.camera} />`],
    ["File changed", photo.modified && moment(photo.modified)],
    ["Indexed", photo.processed && moment(photo.processed)],
    ...Object.entries(photo.more ?? {}).map(([name, value]) => [
      titled(name),
      html`<${Value} text=${typeof value === "string" ? value : Array.isArray(value) ? value.join(", ") : JSON.stringify(value)} />`,
    ]),
  ].filter(([, value]) => value);
  return html`${
      photo.notes.length > 0 &&
      html`<ul class="photo-notes" aria-label="Notes">
        ${photo.notes.map((note) => html`<li key=${note}><${icons.Warning} /><bdi>${seen(note)}</bdi></li>`)}
      </ul>`
    }
    <section aria-label="File">
      <dl class="facts">
        ${rows.map(([title, value]) => html`<div key=${title}><dt>${title}</dt><dd>${value}</dd></div>`)}
      </dl>
    </section>
    ${photo.seen.length > 0 && html`<${Labels} photo=${photo} label=${label} onLabel=${onLabel} />`}
    ${photo.lat !== null && html`<${Place} photo=${photo} />`}
    ${
      Object.keys(photo.hashes).length > 0 &&
      html`<section>
        <h3>Hashes</h3>
        <dl class="facts hashes">
          ${Object.entries(photo.hashes).map(
            ([name, value]) => html`<div key=${name}><dt>${name.replace(/^hash_/, "").toUpperCase()}</dt><dd><code>${value}</code><${Copy} text=${value} what=${`the ${name.toUpperCase()}`} /></dd></div>`,
          )}
        </dl>
      </section>`
    }`;
}

function Labels({ photo, label, onLabel }) {
  const all = photo.seen.map((one, number) => ({ ...one, number }));
  const given = all.filter((one) => photo.labels.includes(one.label));
  const weaker = all.filter((one) => !photo.labels.includes(one.label));
  const models = [...new Set(all.map(({ model }) => model).filter(Boolean))];
  const boxed = all.some(({ box }) => box);
  const colour = colours(photo.seen);
  const list = (some) => html`<ul class=${`seen${boxed ? " has-boxes" : ""}`}>
    ${some.map(
      ({ label: name, score, model, box, number }) => html`<li
        key=${number}
        class=${label === number ? "is-pointed" : ""}
        onPointerEnter=${() => box && onLabel(number)}
        onPointerLeave=${() => onLabel(-1)}
      >
        <button type="button" class="seen-name" title=${`Search for ${spoken(name)}`} onFocus=${() => box && onLabel(number)} onBlur=${() => onLabel(-1)} onClick=${() => only("labels", name)}>
          ${boxed ? html`<span class=${`swatch ${box ? `colour-${colour(name)}` : "is-none"}`}></span>` : null}<bdi>${seen(name, 100)}</bdi>
        </button>
        <meter min="0" max="1" value=${score} aria-label=${`Score of ${spoken(name)}`}></meter>
        <span class="score">${(100 * score).toFixed(score > 0.995 && score < 1 ? 1 : 0)} %</span>
        ${models.length > 1 || (boxed && !box) ? html`<span class="hint model"><bdi>${seen(model ?? "", 60)}</bdi>${boxed && !box ? " · whole picture" : ""}</span>` : null}
      </li>`,
    )}
  </ul>`;
  return html`<section>
    <h3>Labels ${models.length === 1 ? html`<span class="hint">by <bdi>${seen(models[0], 60)}</bdi></span>` : null}</h3>
    ${given.length ? list(given) : html`<p class="hint">None was sure enough.</p>`}
    ${weaker.length > 0 && html`<details class="weaker"><summary>${many(weaker.length, "weaker guess", "weaker guesses")}</summary>${list(weaker)}</details>`}
  </section>`;
}

function Place({ photo: { lat, lon } }) {
  const words = place(lat, lon);
  return html`<section>
    <h3>Place</h3>
    <${PlaceSketch} lat=${lat} lon=${lon} />
    <div class="place-line">
      <span>${words}</span><${Copy} text=${`${lat}, ${lon}`} what="the place" />
      <button type="button" class="link" onClick=${() => search({ radius: [lat, lon, 1] })}>All within 1 km</button>
    </div>
  </section>`;
}
