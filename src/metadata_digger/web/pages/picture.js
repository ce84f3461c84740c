// A picture in a list: its preview, or a sign with the reason why there is none.
import { html, useEffect, useState } from "../vendor/preact.js";
import { preview } from "./api.js";
import * as icons from "./icons.js";

const OF_NO_PICTURE = "is no picture";

export function Thumbnail({ photo }) {
  const [failed, fail] = useState(null);
  useEffect(() => fail(null), [photo.id]);
  if (photo.picture !== false && failed === null)
    return html`<img
      src=${preview(photo.id, "small")}
      alt=""
      decoding="async"
      draggable=${false}
      onError=${() => reason(photo.id).then(fail)}
    />`;
  return html`<${NoPicture} photo=${photo} reason=${failed ?? OF_NO_PICTURE} />`;
}

/** Type and reason instead of a picture. */
export function NoPicture({ photo, reason }) {
  return html`<span class="no-picture">
    <${icons.Picture} />
    <strong>${photo.type || "File"}</strong>
    <span>${reason}</span>
  </span>`;
}

/** Why there is no preview, in the server's words. */
export async function reason(id) {
  const answer = await fetch(preview(id, "small"), { credentials: "same-origin" }).catch(() => null);
  if (!answer) return "no answer";
  const found = await answer.json().catch(() => ({}));
  return found.description ?? "no preview";
}
