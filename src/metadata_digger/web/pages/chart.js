// What Leaflet does on the page's map: land, circles with counts, the rectangle that is searched.
import { url } from "./api.js";
import { countMarker, landLayer, marking, onColours, radius, streets } from "./land.js";
import { box, corners, place, together, turned, widened } from "./places.js";
import { go } from "./state.js";
import { many } from "./wording.js";

const CELL = 60; // CSS pixels between circles
const REST = 200; // ms without a move until circles are asked for
const FARTHEST = 1;
const NEAREST = 18;

/** A Leaflet map in an element, and what the page does with it. `look` hears of what is in view. */
export function chart(loaded, element, about, start, look) {
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
