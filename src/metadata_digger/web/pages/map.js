// The map beside the pictures: circles with exact counts, a rectangle as a filter, a table in its place.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { ask, url, useAnswer } from "./api.js";
import * as icons from "./icons.js";
import { countMarker, credits, landLayer, leaflet, marking, onColours, radius, streets } from "./land.js";
import { around, box, corners, place, together, turned, widened } from "./places.js";
import { drawing } from "./rectangle.js";
import { session } from "./session.js";
import { asked, go, question, useAddress } from "./state.js";
import { many, number } from "./wording.js";

const CELL = 60; // CSS pixels between circles
const REST = 200; // ms without a move until circles are asked for
const FARTHEST = 1;
const NEAREST = 18;

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
        map.current = onMap(loaded, element.current, about, latest.current.around, look);
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

/** A Leaflet map in an element, and what the page does with it. `look` hears of what is in view. */
function onMap(loaded, element, about, start, look) {
  const { L } = loaded;
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    preferCanvas: true,
    minZoom: FARTHEST,
    maxZoom: NEAREST,
    maxBounds: [
      [-86, -100000],
      [86, 100000],
    ],
    maxBoundsViscosity: 1,
    zoomAnimation: !still,
    fadeAnimation: false,
    inertia: !still,
    boxZoom: false,
  });
  const land = landLayer(loaded).addTo(map);
  if (about.map) streets(L, url("tiles"), about.tiles).addTo(map);
  const Count = countMarker(L);
  const circles = L.layerGroup().addTo(map);
  let shown = [];
  let frame = null;

  const seen = () => {
    const bounds = map.getBounds();
    const { x, y } = map.getSize();
    const view = box(bounds.getSouthWest(), bounds.getNorthEast());
    look({ view, columns: clamp(Math.round(x / CELL)), rows: clamp(Math.round(y / CELL)) });
    if (!byHand) return;
    const { lat, lng } = map.getCenter();
    go({ around: [lat, turned(lng), map.getZoom()].map((value) => Number(value.toFixed(4))) }, { replace: true });
  };
  // A move of the page's own, to what is found or to another size, is no part of the address.
  let [timer, own, byHand] = [0, true, Boolean(start)];
  const alone = (move) => {
    own = true;
    move();
    own = false;
  };
  map.on("moveend resize", ({ type }) => {
    if (type === "moveend" && !own) byHand = true;
    clearTimeout(timer);
    timer = setTimeout(seen, REST);
  });
  alone(() => map.setView(start ? [start[0], start[1]] : [25, 10], start ? start[2] : FARTHEST));

  const press = (cell) => {
    if (cell.id) return go({ photo: cell.id });
    const [south, west, north, east] = cell.box;
    const small = north - south < 1e-4 && (east - west + 360) % 360 < 1e-4;
    if (small || map.getZoom() >= NEAREST) return go({ box: widened(cell.box), radius: null });
    return map.fitBounds(corners(cell.box, map.getCenter().lng), { padding: [40, 40], animate: !still });
  };
  const show = (found) => {
    shown = found;
    const cells = apart(found, (cell) => map.project([cell.lat, cell.lon]), 512 * 2 ** (map.getZoom() - 1));
    circles.clearLayers();
    const style = marking(element);
    const bounds = map.getBounds();
    const hint = (cell) => {
      const words = document.createElement("span");
      words.textContent = cell.count === 1 ? place(cell.lat, cell.lon, 3) : many(cell.count, "picture");
      return words;
    };
    // The largest last: small ones are still to be clicked at their edge, and drawn below.
    for (const cell of [...cells].sort((one, other) => one.count - other.count))
      for (let lon = cell.lon + 360 * Math.ceil((bounds.getWest() - 5 - cell.lon) / 360); lon <= bounds.getEast() + 5; lon += 360)
        new Count([cell.lat, lon], { ...style, radius: radius(cell.count), count: cell.count })
          .on("click", () => press(cell))
          .bindTooltip(() => hint(cell), { direction: "top", offset: [0, -radius(cell.count)] })
          .addTo(circles);
  };
  L.control.scale({ imperial: false, position: "bottomleft" }).addTo(map);
  const sized = new ResizeObserver(() => element.clientWidth && alone(() => map.invalidateSize({ animate: false })));
  sized.observe(element);
  const undo = onColours(() => {
    land.redraw();
    show(shown);
  });
  return {
    L,
    map,
    show,
    /** Draws the rectangle that is searched, null takes it away. */
    frame(found) {
      frame?.remove();
      frame = null;
      if (!found) return;
      const { fillColor } = marking(element);
      frame = L.rectangle(corners(found, map.getCenter().lng), { color: fillColor, weight: 2, dashArray: "6 4", fillOpacity: 0.06, interactive: false }).addTo(map);
    },
    bounds: () => box(map.getBounds().getSouthWest(), map.getBounds().getNorthEast()),
    to: (bounds) => alone(() => map.fitBounds(corners(bounds, map.getCenter().lng), { padding: [36, 36], maxZoom: about.map ? 13 : 7, animate: false })),
    remove() {
      clearTimeout(timer);
      sized.disconnect();
      undo();
      map.remove();
    },
  };
}

/** Circles that would cover each other are one: their sum, at their mean place. `project`: pixels; `around`: of the Earth. */
function apart(cells, project, around) {
  const placed = [...cells].sort((one, other) => other.count - one.count).map((cell) => ({ cell, at: project(cell), reach: radius(cell.count) }));
  const kept = [];
  for (const one of placed) {
    const near = kept.find((other) => {
      const across = Math.abs(other.at.x - one.at.x) % around;
      return Math.hypot(Math.min(across, around - across), other.at.y - one.at.y) < 0.85 * (other.reach + one.reach);
    });
    if (near) near.cell = together(near.cell, one.cell);
    else kept.push(one);
  }
  return kept.map(({ cell }) => cell);
}

const clamp = (cells) => Math.max(2, Math.min(100, cells));
