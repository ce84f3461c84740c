// The page: header, facets, pictures, map; what lies above them.
import { html, render, useEffect } from "../vendor/preact.js";
import { about } from "./api.js";
import { Chips } from "./chips.js";
import { Facets } from "./facets.js";
import { Gallery } from "./gallery.js";
import * as icons from "./icons.js";
import { bind } from "./keys.js";
import { PlaceMap } from "./map.js";
import { loadMarks, MarkBar } from "./marks.js";
import { counted, Empty, Faulty, NoHit, Notice } from "./notices.js";
import { open, Overlays } from "./overlays.js";
import { usePhotos } from "./photos.js";
import { SearchBox } from "./search-box.js";
import { refresh, say, session } from "./session.js";
import { asked, go, parts, useAddress } from "./state.js";
import { ColumnChoice, fieldsOf, Table } from "./table.js";
import { Timeline } from "./timeline.js";
import { sentence } from "./wording.js";

const WIDE = window.matchMedia("(min-width: 1200px)");
const SORTS = [
  ["path", "By path"],
  ["-path", "By path, last first"],
  ["-date", "Newest first"],
  ["date", "Oldest first"],
  ["-size", "Largest first"],
  ["size", "Smallest first"],
  ["-modified", "Changed last"],
];

/** Whether the map stands at the side: as the address says, else where there is room. */
export const hasMap = (state) => state.map ?? WIDE.matches;

function App() {
  const state = useAddress();
  const { about: collection, said, drawer } = session.use();
  const result = usePhotos(asked(state), state.sort, fieldsOf(state), state.at);
  const filtered = parts(state).length > 0;
  const words = counted(result.total, collection, filtered);
  useEffect(() => {
    if (words && !result.old) say(words);
  }, [words, result.old]);
  useEffect(() => {
    document.title = `${state.q ? `${state.q} – ` : ""}${collection?.name ?? ""} – Metadata Digger`.replace(/^ – /, "");
  }, [state.q, collection]);
  useEffect(() => bind("m", () => go({ map: !hasMap(state) }, { replace: true })), [state]);
  useEffect(() => {
    if (!drawer) return undefined;
    document.querySelector(".side button")?.focus();
    const undo = bind("Escape", () => session.set({ drawer: false }));
    return () => {
      undo();
      document.querySelector(".only-narrow")?.focus();
    };
  }, [drawer]);
  const map = hasMap(state);
  const empty = collection?.total === 0;
  return html`<div class=${`page${map ? " has-map" : ""}${drawer ? " has-drawer" : ""}`}>
    <a class="skip" href="#pictures" onClick=${skip}>To the pictures</a>
    <header class="header">
      <a class="brand" href="./" onClick=${home} title=${collection?.name ?? ""}><img src="pages/icon.svg" alt="" width="24" height="24" /><span>Metadata Digger</span></a>
      <${SearchBox} q=${state.q} fault=${result.photos?.body.q === state.q ? result.fault : null} />
      <div class="header-tools">
        <button type="button" class="tool" aria-label="Marks" title="Marks" onClick=${() => open("marks")}><${icons.Flag} /><span class="only-wide">Marks</span></button>
        <button type="button" class="tool" aria-label="Saved searches" title="Saved searches" onClick=${() => open("searches")}><${icons.Bookmark} /><span class="only-wide">Searches</span></button>
        <button type="button" class="tool" aria-label="Export" title="Export what is found" onClick=${() => open("export")}><${icons.Download} /><span class="only-wide">Export</span></button>
        <button type="button" class="tool only-pointer" aria-label="Keys" title="Keys (?)" onClick=${() => open("keys")}><${icons.Keyboard} /></button>
      </div>
    </header>
    <aside class="side" aria-label="Facets"><${Facets} state=${state} /></aside>
    <div class="scrim" onClick=${() => session.set({ drawer: false })}></div>
    <main class="main" id="pictures" tabindex="-1">
      <h1 class="visually-hidden">Pictures</h1>
      <${Notice} />
      <div class="toolbar">
        <button type="button" class="tool only-narrow" aria-expanded=${drawer ? "true" : "false"} onClick=${() => session.set({ drawer: !drawer })}><${icons.Filter} /> Facets</button>
        <p class=${`total${result.old ? " old" : ""}`}>${words}</p>
        <div class="tools">
          <label class="sort"><span class="visually-hidden">Sort</span>
            <select value=${state.sort} onChange=${(event) => go({ sort: event.target.value })}>
              ${[...SORTS, ...(SORTS.some(([value]) => value === state.sort) ? [] : [[state.sort, `By ${state.sort.replace(/^-/, "")}`]])].map(
                ([value, title]) => html`<option key=${value} value=${value} selected=${value === state.sort}>${title}</option>`,
              )}
            </select>
          </label>
          ${state.view === "table"
            ? html`<${ColumnChoice} state=${state} />`
            : html`<div class="choice" role="group" aria-label="Size of the pictures">
                ${[["s", "Small"], ["m", "Medium"], ["l", "Large"]].map(
                  ([tile, title]) => html`<button type="button" key=${tile} aria-pressed=${state.tile === tile ? "true" : "false"} aria-label=${title} title=${title} onClick=${() => go({ tile }, { replace: true })}><span class=${`tile-sign tile-sign-${tile}`}></span></button>`,
                )}
              </div>`}
          <div class="choice" role="group" aria-label="Show as">
            <button type="button" aria-pressed=${state.view === "gallery" ? "true" : "false"} aria-label="Gallery" title="Gallery" onClick=${() => go({ view: "gallery" })}><${icons.Grid} /></button>
            <button type="button" aria-pressed=${state.view === "table" ? "true" : "false"} aria-label="Table" title="Table" onClick=${() => go({ view: "table" })}><${icons.Rows} /></button>
          </div>
          <button type="button" class="tool" aria-pressed=${map ? "true" : "false"} title="Map (m)" onClick=${() => go({ map: !map }, { replace: true })}><${icons.MapSign} /> <span class="only-wide">Map</span></button>
        </div>
      </div>
      <${Chips} state=${state} />
      ${result.notes.length ? html`<p class="hint">${result.notes.join(" ")}</p>` : null}
      ${result.fault?.status && result.total !== null ? html`<p class="hint" role="alert">${sentence(result.fault.message)} <button type="button" class="quiet" onClick=${refresh}>Try again</button></p>` : null}
      ${empty ? null : html`<${Timeline} />`}
      <${MarkBar} />
      <${Pictures} state=${state} result=${result} empty=${empty} />
    </main>
    ${map ? html`<aside class="map" aria-label="Map"><${PlaceMap} /></aside>` : null}
    <${Overlays} />
    <div class="visually-hidden" role="status" aria-live="polite">${said}</div>
  </div>`;
}

function Pictures({ state, result, empty }) {
  if (empty) return html`<${Empty} />`;
  if (result.fault && result.total === null) return html`<${Faulty} fault=${result.fault} />`;
  if (result.total === 0) return html`<${NoHit} state=${state} />`;
  if (result.total === null) return html`<div class="port" aria-busy="true"></div>`;
  const Kind = state.view === "table" ? Table : Gallery;
  return html`<${Kind} key=${state.view} state=${state} photos=${result.photos} total=${result.total} old=${result.old} />`;
}

function home(event) {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go({ q: "", filters: [], from: "", to: "", box: null, radius: null, has: [], photo: "", compare: null });
}

function skip(event) {
  event.preventDefault();
  const cell = document.querySelector('[data-place][tabindex="0"]');
  (cell ?? document.getElementById("pictures")).focus();
}

// A menu closes when something else is clicked, or by Escape.
document.addEventListener("pointerdown", ({ target }) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
  event.preventDefault();
});

loadMarks().catch(() => {});
about().catch((fault) => session.set({ notice: fault.message }));
render(html`<${App} />`, document.getElementById("app"));
