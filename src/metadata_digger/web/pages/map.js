// The map beside the pictures: circles with exact counts, a rectangle as a filter, a table in its place.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { ask, useAnswer } from "./api.js";
import { chart } from "./chart.js";
import * as icons from "./icons.js";
import { credits, leaflet } from "./land.js";
import { around, place, widened } from "./places.js";
import { drawing } from "./rectangle.js";
import { session } from "./session.js";
import { asked, go, question, useAddress } from "./state.js";
import { many, number } from "./wording.js";

export function PlaceMap() {
  const state = useAddress();
  const { about, revision } = session.use();
  const element = useRef(null);
  const map = useRef(null); // {map, cells, show, ...} once Leaflet is there
  const [view, look] = useState(null); // {view: [S,W,N,E], columns, rows}
  const [draws, draw] = useState(false);
  const [table, tabulate] = useState(false);
  const [failed, fail] = useState("");
  const latest = useRef(state);
  latest.current = state;

  useEffect(() => {
    if (!about) return undefined;
    let over = false;
    leaflet()
      .then((loaded) => {
        if (over) return;
        map.current = chart(loaded, element.current, about, latest.current.around, look);
        if (!latest.current.around) fit();
      })
      .catch(() => fail("The map could not be loaded. Reload the page to try again."));
    return () => {
      over = true;
      map.current?.remove();
      map.current = null;
    };
  }, [about?.map, about?.name]);

  const { data, fault, old } = useAnswer(view ? "grid" : null, view && { ...asked(state), ...view });
  useEffect(() => map.current?.show(data?.cells ?? [], latest.current), [data, view]);
  useEffect(() => map.current?.frame(state.box), [JSON.stringify(state.box), view === null]);
  useEffect(() => {
    if (!draws || !map.current) return undefined;
    const stop = drawing(map.current, (found) => {
      draw(false);
      if (found) go({ box: found });
    });
    return stop;
  }, [draws]);

  // All that is found comes in sight, until somebody moves the map: then it stays where it is.
  const fit = async () => {
    const body = { ...asked(latest.current), view: [-90, -180, 90, 180], columns: 100, rows: 100 };
    if (!map.current) return;
    const found = await ask("grid", body).catch(() => null);
    const bounds = found && around(found.cells);
    if (bounds) map.current?.to(bounds);
  };
  const inView = data ? data.cells.reduce((sum, { count }) => sum + count, 0) : null;
  const without = state.has.includes("-location");
  const toggle = () => go({ has: [...state.has.filter((one) => !/^-?location$/.test(one)), ...(without ? [] : ["-location"])] });
  const key = question(state);
  useEffect(() => {
    draw(false);
    if (!state.around && !state.box && !state.radius) fit();
  }, [key, revision]);
  return html`<div class=${`place-map${draws ? " is-drawing" : ""}${table ? " has-table" : ""}`}>
    <div class="place-canvas" ref=${element} role="application" aria-label=${label(inView)} aria-describedby="map-keys" hidden=${table}></div>
    <span id="map-keys" hidden>Arrow keys move the map, plus and minus zoom. The button Table shows the same as a table.</span>
    ${table ? html`<${Cells} cells=${data?.cells ?? []} />` : null}
    <div class="map-tools" role="group" aria-label="Map">
      ${
        !table &&
        html`<button type="button" class="tool icon-only" aria-label="Closer" title="Closer (+)" onClick=${() => map.current?.map.zoomIn()}><${icons.Plus} /></button>
          <button type="button" class="tool icon-only" aria-label="Wider" title="Wider (−)" onClick=${() => map.current?.map.zoomOut()}><${icons.Minus} /></button>
          <button type="button" class="tool icon-only" aria-label="All that is found" title="All that is found" onClick=${fit}><${icons.Whole} /></button>
          <button type="button" class="tool icon-only" aria-pressed=${String(draws)} aria-label="Draw a rectangle" title="Draw a rectangle" onClick=${() => draw(!draws)}><${icons.Rectangle} /></button>`
      }
      <button type="button" class="tool icon-only" aria-pressed=${String(table)} aria-label="Table" title="As a table" onClick=${() => tabulate(!table)}><${icons.Rows} /></button>
    </div>
    <div class="map-search">
      ${draws ? html`<span class="map-hint" role="status">Drag a rectangle. Esc: not now.</span>` : null}
      ${
        state.box || state.radius
          ? html`<button type="button" class="tool" onClick=${() => go({ box: null, radius: null })}><${icons.Close} /> Everywhere</button>`
          : null
      }
      ${!draws && view ? html`<button type="button" class="tool" onClick=${() => go({ box: map.current.bounds(), radius: null })}><${icons.Search} /> Search here</button>` : null}
    </div>
    <div class=${`map-foot${old ? " old" : ""}`}>
      ${
        failed || fault
          ? html`<span class="fault" role="alert">${failed || fault.message}</span>`
          : data &&
            html`<span>${data.placed === 0 ? "None with a place" : inView === data.placed ? `${many(inView, "picture")} on the map` : `${number(inView)} of ${number(data.placed)} in view`}</span>
              ${inView === 0 && data.placed > 0 ? html`<button type="button" class="link" onClick=${fit}>Show them</button>` : null}
              ${data.unplaced > 0 || without ? html`<button type="button" class="link" aria-pressed=${String(without)} onClick=${toggle}>${without ? "Only without a place" : `${number(data.unplaced)} without a place`}</button>` : null}`
      }
      ${about?.map && credits(about.tiles) ? html`<span class="map-credits">${credits(about.tiles)}</span>` : null}
    </div>
  </div>`;
}

const label = (inView) => `Map${inView === null ? "" : `, ${many(inView, "picture")} in view`}`;

/** The same as the map, for who does not see it. */
function Cells({ cells }) {
  const rows = [...cells].sort((one, other) => other.count - one.count);
  return html`<div class="map-table" tabindex="0" role="region" aria-label="Places in view">
    <table>
      <caption class="visually-hidden">Pictures by place, in the part of the map that is in view</caption>
      <thead>
        <tr><th scope="col">Place</th><th scope="col" class="right">Pictures</th><th scope="col"><span class="visually-hidden">What to do</span></th></tr>
      </thead>
      <tbody>
        ${rows.map((cell) => {
          const words = place(cell.lat, cell.lon, 2);
          return html`<tr key=${`${cell.lat} ${cell.lon}`}>
            <th scope="row">${words}</th>
            <td class="right">${number(cell.count)}</td>
            <td>
              ${
                cell.id
                  ? html`<button type="button" class="link" aria-label=${`Show ${words}`} onClick=${() => go({ photo: cell.id })}>Show</button>`
                  : html`<button type="button" class="link" aria-label=${`Search here: ${words}`} onClick=${() => go({ box: widened(cell.box), radius: null })}>Search here</button>`
              }
            </td>
          </tr>`;
        })}
      </tbody>
    </table>
    ${rows.length === 0 ? html`<p class="hint">Nothing with a place is in view.</p>` : null}
  </div>`;
}
