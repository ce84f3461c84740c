// Leaflet, loaded when a map is first shown, and what is drawn with it: land, and circles with counts.
//
// Land is drawn tile by tile: a tile is asked for by its number from 0 to 2^zoom, whichever turn round the Earth it is on,
// so that the map goes on across the antimeridian.
const TILE = 256;
const TOP = 85.0511287798; // degrees: where Mercator's square ends

let loading = null;

/** {L, land}: Leaflet, and polygons [{box: [x, y, x, y], rings: [Float64Array of x, y]}] in the unit square of the map. */
export function leaflet() {
  loading ??= Promise.all([
    import("../vendor/leaflet.js"),
    fetch(new URL("../vendor/land.json", import.meta.url), { credentials: "same-origin" }).then((answer) => answer.json()),
  ]).then(([, land]) => ({ L: globalThis.L, land: land.polygons.map((rings) => polygon(rings, land.unit)) }));
  loading.catch(() => {
    loading = null;
  });
  return loading;
}

const across = (lon) => lon / 360 + 0.5;
const down = (lat) => {
  const sine = Math.sin((Math.max(-TOP, Math.min(TOP, lat)) * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};

function polygon(rings, unit) {
  const box = [1, 1, 0, 0];
  const points = rings.map((steps) => {
    const ring = new Float64Array(steps.length);
    let [x, y] = [0, 0];
    for (let at = 0; at < steps.length; at += 2) {
      x += steps[at];
      y += steps[at + 1];
      const [right, low] = [across(x * unit), down(y * unit)];
      ring[at] = right;
      ring[at + 1] = low;
      if (right < box[0]) box[0] = right;
      if (right > box[2]) box[2] = right;
      if (low < box[1]) box[1] = low;
      if (low > box[3]) box[3] = low;
    }
    return ring;
  });
  return { box, rings: points };
}

const colour = (element, name) => getComputedStyle(element).getPropertyValue(name).trim();

export function landLayer({ L, land }) {
  const Land = L.GridLayer.extend({
    createTile({ x, y, z }) {
      const canvas = document.createElement("canvas");
      const dense = Math.min(2, window.devicePixelRatio || 1);
      canvas.width = canvas.height = TILE * dense;
      const pen = canvas.getContext("2d");
      pen.scale(dense, dense);
      const element = this._map.getContainer();
      draw(pen, land, x, y, 2 ** z, colour(element, "--land"), colour(element, "--coast"));
      return canvas;
    },
  });
  return new Land({ tileSize: TILE, updateWhenZooming: false, keepBuffer: 1 });
}

function draw(pen, land, x, y, size, fill, coast) {
  const [left, top, side] = [x / size, y / size, 1 / size];
  const edge = side / 32; // a line's width beside the tile
  const scale = TILE * size;
  pen.beginPath();
  const lines = new Path2D();
  for (const { box, rings } of land) {
    if (box[0] > left + side + edge || box[2] < left - edge || box[1] > top + side + edge || box[3] < top - edge) continue;
    if ((box[2] - box[0]) * scale < 0.3 && (box[3] - box[1]) * scale < 0.3) continue;
    for (const ring of rings) outline(pen, lines, ring, left, top, scale);
  }
  pen.fillStyle = fill;
  pen.fill("evenodd");
  pen.strokeStyle = coast;
  pen.lineWidth = 0.8;
  pen.stroke(lines);
}

/** A ring as a piece of land; its coast is all but where land was cut at the antimeridian. */
function outline(pen, lines, ring, left, top, scale) {
  let [lastX, lastY, wasCut] = [Infinity, Infinity, false];
  const end = ring.length;
  for (let at = 0; at <= end; at += 2) {
    const place = at % end;
    const x = (ring[place] - left) * scale;
    const y = (ring[place + 1] - top) * scale;
    const cut = ring[place] < 1e-6 || ring[place] > 1 - 1e-6;
    if (at && at < end && !cut && Math.abs(x - lastX) + Math.abs(y - lastY) < 0.6) continue;
    if (at) pen.lineTo(x, y);
    else pen.moveTo(x, y);
    if (!at || (cut && wasCut)) lines.moveTo(x, y);
    else lines.lineTo(x, y);
    [lastX, lastY, wasCut] = [x, y, cut];
  }
}

/** Street tiles, where the server has some. Below their coarsest zoom there is land alone. */
export function streets(L, address, tiles) {
  const [minZoom, maxNativeZoom] = [tiles?.minzoom ?? 0, tiles?.maxzoom ?? 19];
  return L.tileLayer(`${address}/{z}/{x}/{y}`, { minZoom, maxNativeZoom, maxZoom: 22 });
}

/** Whose map it is, as words: the file may have written it as markup. */
export const credits = (tiles) => (tiles?.attribution ?? "").replace(/<[^>]*>/g, "").replace(/&copy;/g, "©").replace(/&amp;/g, "&").trim();

/** How a count stands in a circle: exact up to 9,999. */
const short = (count) =>
  count < 10000 ? String(count) : count < 999500 ? `${Math.round(count / 1000)}k` : `${(count / 1e6).toFixed(1)}M`;

export const radius = (count) => (count === 1 ? 6 : Math.max(9 + 2.6 * Math.log10(count), 5.5 + 3.4 * short(count).length));

/** A circle with its count in it. */
export function countMarker(L) {
  return L.CircleMarker.extend({
    _updatePath() {
      L.CircleMarker.prototype._updatePath.call(this);
      const { count } = this.options;
      if (!(count > 1) || this._empty()) return;
      const pen = this._renderer._ctx;
      pen.fillStyle = this.options.ink;
      pen.font = this.options.font;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(short(count), this._point.x, this._point.y + 0.5);
    },
  });
}

/** Colours of circles, as the page has them now. */
export function marking(element) {
  return {
    stroke: true,
    color: colour(element, "--paper"),
    weight: 1.5,
    fillColor: colour(element, "--accent"),
    fillOpacity: 0.92,
    ink: colour(element, "--accent-ink"),
    font: `600 11px ${colour(element, "--font") || "sans-serif"}`,
  };
}

/** Calls when light turns to dark, or colours are forced. Returns how to stop. */
export function onColours(act) {
  const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((one) => window.matchMedia(one));
  for (const query of queries) query.addEventListener("change", act);
  return () => queries.forEach((query) => query.removeEventListener("change", act));
}
