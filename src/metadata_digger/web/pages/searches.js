// Saved searches.
import { html, useEffect, useState } from "../vendor/preact.js";
import { ask } from "./api.js";
import * as icons from "./icons.js";
import { Dialog, open, toast } from "./dialog.js";
import { session } from "./session.js";
import { address, go, parsed, parts } from "./state.js";
import { day } from "./wording.js";

/** What of an address is a search: how it is shown goes with it, the picture on top does not. */
const kept = (state) => address({ ...state, at: 0, photo: "", compare: null }).replace(/^\?/, "");

export function SearchesDialog({ state }) {
  const [searches, show] = useState(null);
  const [name, call] = useState(state.q);
  const [fault, fail] = useState("");
  const { about } = session.use();
  const writable = about?.writable !== false;
  const load = () =>
    ask("searches")
      .then((found) => show(found.searches))
      .catch((found) => fail(found.message));
  useEffect(() => {
    load();
  }, []);
  const change = async (asking, words) => {
    fail("");
    try {
      await asking();
      await load();
      toast(words);
    } catch (found) {
      fail(found.message);
    }
  };
  const save = (event) => {
    event.preventDefault();
    const words = name.trim();
    if (words) change(() => ask("searches", { name: words, address: kept(state) }), `Saved: ${words}`);
  };
  const forget = (one) =>
    change(() => ask(`searches/${encodeURIComponent(one.name)}`, null, { method: "DELETE" }), `Deleted: ${one.name}`);
  const follow = (one) => {
    open("");
    go(parsed(`?${one.address}`));
  };
  const replaces = searches?.some((one) => one.name === name.trim());
  return html`<${Dialog} title="Saved searches" kind="small" onClose=${() => open("")}>
    <div class="dialog-body">
      <form class="save" onSubmit=${save}>
        <label for="search-name">Name of the search as it stands${parts(state).length ? "" : " (all pictures)"}</label>
        <div class="row">
          <input id="search-name" data-first maxlength="100" autocomplete="off" value=${name} disabled=${!writable} onInput=${(event) => call(event.target.value)} />
          <button type="submit" class="tool primary" disabled=${!writable || !name.trim()}>${replaces ? "Replace" : "Save"}</button>
        </div>
        ${writable ? null : html`<p class="hint">The output's folder is read-only: searches cannot be saved beside it.</p>`}
      </form>
      ${fault && html`<p class="fault" role="alert">${fault}</p>`}
      ${
        searches === null
          ? html`<p class="hint">Loading…</p>`
          : searches.length
            ? html`<ul class="searches">
                ${searches.map(
                  (one) => html`<li key=${one.name}>
                    <button type="button" class="search-name" onClick=${() => follow(one)}>
                      <bdi>${one.name}</bdi><span class="hint">${day(one.created)}</span>
                    </button>
                    <button type="button" class="quiet icon-only" disabled=${!writable} aria-label=${`Delete ${one.name}`} title="Delete" onClick=${() => forget(one)}><${icons.Close} /></button>
                  </li>`,
                )}
              </ul>`
            : html`<p class="hint">None yet. A saved search keeps words, filters, days, places and how it is shown.</p>`
      }
    </div>
  <//>`;
}
