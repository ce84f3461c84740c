// Metadata as text, where what an eye would not see is shown: controls that turn the direction of writing
// (photo[U+202E]gpj.exe), signs without width, bytes below a space.
import { html, useState } from "../vendor/preact.js";
import { number } from "./wording.js";

// C0 but tab and new line, C1, soft hyphen, the controls of Unicode's bidi algorithm (UAX 9), zero widths, tags.
const UNSEEN = /[\0-\x08\x0b-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]/gu;
const LONG = 2000;

const code = (sign) => `U+${sign.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

/** The text's pieces: strings, and a sign for each character that cannot be seen. Cut behind `limit` characters. */
export function seen(text, limit = LONG) {
  const whole = String(text);
  const cut = whole.length > limit ? whole.slice(0, limit).replace(/[\ud800-\udbff]$/, "") : whole;
  const pieces = [];
  let last = 0;
  for (const match of cut.matchAll(UNSEEN)) {
    // A variation selector behind a sign (an emoji's) is how it is written, and hides nothing.
    if (/[\ufe00-\ufe0f]/.test(match[0]) && match.index > last) continue;
    if (match.index > last) pieces.push(cut.slice(last, match.index));
    pieces.push(html`<span class="unseen">${code(match[0])}</span>`);
    last = match.index + match[0].length;
  }
  if (last < cut.length) pieces.push(cut.slice(last));
  if (cut.length < whole.length) pieces.push("…");
  return pieces;
}

/** A text as plain words, for names that assistive technology reads. */
export const spoken = (text) => String(text).replace(UNSEEN, (sign) => ` ${code(sign)} `);

/** A value of any length: what is beyond `limit` is shown when asked for. */
export function Value({ text, limit = 600 }) {
  const [whole, show] = useState(false);
  const long = text.length > limit;
  return html`<bdi class="said-value">${seen(text, whole ? 200000 : limit)}</bdi>${
    long &&
    html` <button type="button" class="link" onClick=${() => show(!whole)}>
      ${whole ? "less" : `all ${number(text.length)} characters`}
    </button>`
  }`;
}
