// What is said where there are no pictures to show, a sentence each.
import { html, useEffect, useState } from "../vendor/preact.js";
import { ask } from "./api.js";
import { worded } from "./chips.js";
import { session } from "./session.js";
import { asked, go, parts } from "./state.js";
import { spoken } from "./unseen.js";
import { many, number, sentence } from "./wording.js";

export function Empty() {
  return html`<div class="sentence">
    <h2>Nothing has been dug out into this index yet</h2>
    <p>Run <code>metadata-digger</code> with <code>output.format=index</code> on a folder of pictures; this page shows them as soon as the run is done.</p>
  </div>`;
}

export function Faulty({ fault }) {
  return html`<div class="sentence" role="alert">
    <h2>${fault.status === 400 ? "This search can't be read" : fault.status === 503 ? "This search takes too long" : "There is no answer"}</h2>
    <p>${sentence(fault.message)}</p>
  </div>`;
}

/** No hit: what there is without each of the filters, most first. */
export function NoHit({ state }) {
  const [tried, set] = useState(null);
  const key = JSON.stringify(asked(state));
  useEffect(() => {
    const abort = new AbortController();
    set(null);
    const all = parts(state);
    Promise.all(
      all.map(async (part) => {
        const body = { ...asked({ ...state, ...part.without }), limit: 1 };
        return { part, total: (await ask("search", body, { signal: abort.signal })).total };
      }),
    )
      .then((found) => set(found.filter((one) => one.total).sort((one, other) => other.total - one.total)))
      .catch(() => {});
    return () => abort.abort();
  }, [key]);
  const name = (part) => {
    const [title, value] = worded(part);
    return spoken(`“${title}: ${part.not && part.kind === "value" ? "not " : ""}${value.slice(0, 200)}”`);
  };
  return html`<div class="sentence">
    <h2>No picture is like this</h2>
    ${tried === null
      ? html`<p>Looking which filter excludes most …</p>`
      : tried.length
        ? html`<p>Most is excluded by <strong>${name(tried[0].part)}</strong>. Without one of the filters there are:</p>
            <ul class="tries">
              ${tried.map(
                ({ part, total }) => html`<li key=${name(part)}>
                  <button type="button" class="tool" onClick=${() => go(part.without)}>
                    <span class="try-count">${number(total)}</span> without ${name(part)}
                  </button>
                </li>`,
              )}
            </ul>`
        : html`<p>No single filter is the cause: leaving out any one of them finds nothing either.</p>
            <p><button type="button" class="tool" onClick=${() => go({ q: "", filters: [], from: "", to: "", box: null, radius: null, has: [] })}>Show all pictures</button></p>`}
  </div>`;
}

export function Notice() {
  const { notice, gone } = session.use();
  if (!notice) return null;
  return html`<div class=${`notice${gone ? " is-gone" : ""}`} role="status">
    <span>${notice}</span>
    ${gone ? null : html`<button type="button" class="quiet" onClick=${() => session.set({ notice: "" })}>Close</button>`}
  </div>`;
}

/** "1,204 of 40,000 pictures". */
export function counted(total, about, filtered) {
  if (total === null) return "";
  return filtered && about ? `${number(total)} of ${many(about.total, "picture")}` : many(total, "picture");
}
