// Pictures that share something rare with this one, each with what.
import { html } from "../vendor/preact.js";
import { useAnswer } from "./api.js";
import { Thumbnail } from "./picture.js";
import { go } from "./state.js";
import { seen, spoken } from "./unseen.js";

export function Alike({ id }) {
  const { data, fault, pending } = useAnswer(`similar/${encodeURIComponent(id)}?size=24`);
  const photos = pending ? null : data?.photos;
  if (fault || (photos && !photos.length))
    return html`<section class="alike"><h3>Pictures like this</h3><p class="hint">${fault ? fault.message : "None shares a device, an owner or a document with it."}</p></section>`;
  return html`<section class="alike" aria-busy=${String(!photos)}>
    <h3>Pictures like this</h3>
    <ul tabindex="0" aria-label="Pictures like this">
      ${(photos ?? []).map(
        (photo) => html`<li key=${photo.id}>
          <button type="button" onClick=${() => go({ photo: photo.id })}>
            <span class="well"><${Thumbnail} photo=${photo} /></span>
            <span class="alike-why" title=${photo.reasons.map(spoken).join(", ")}><bdi>${seen(photo.reasons[0] ?? "", 60)}</bdi>${photo.reasons.length > 1 ? ` +${photo.reasons.length - 1}` : ""}</span>
            <span class="visually-hidden">, ${spoken(photo.name)}, alike to ${photo.score} %</span>
          </button>
          <button type="button" class="link" onClick=${() => go({ compare: [id, photo.id] })} aria-label=${`Compare with ${spoken(photo.name)}`}>Compare</button>
        </li>`,
      )}
    </ul>
  </section>`;
}
