// Places: rectangles, turns round the Earth, degrees as words.

/** A longitude from -180 to 180. */
export const turned = (lon) => (lon >= -180 && lon <= 180 ? lon : ((((lon + 180) % 360) + 360) % 360) - 180);

const rounded = (value) => Math.round(value * 1e5) / 1e5;

/** [south, west, north, east] of two corners; west above east where it crosses the antimeridian. */
export function box(one, other) {
  const [south, north] = [one.lat, other.lat].map((lat) => Math.max(-90, Math.min(90, lat))).sort((a, b) => a - b);
  const [west, east] = [one.lng, other.lng].sort((a, b) => a - b);
  const whole = east - west >= 360;
  return [south, whole ? -180 : turned(west), north, whole ? 180 : turned(east)].map(rounded);
}

/** A little more on each side, so that what lies on its edge is in it. */
export const widened = ([south, west, north, east], by = 0.0002) => [
  Math.max(-90, rounded(south - by)),
  rounded(turned(west - by)),
  Math.min(90, rounded(north + by)),
  rounded(turned(east + by)),
];

/** The corners of a box for Leaflet, east of west, on the turn that is nearest to a longitude. */
export function corners([south, west, north, east], near = 0) {
  const right = east < west ? east + 360 : east;
  const turn = 360 * Math.round((near - (west + right) / 2) / 360);
  return [
    [south, west + turn],
    [north, right + turn],
  ];
}

/** The narrowest box round places: it begins behind the widest gap between longitudes. null where there are none. */
export function around(places) {
  if (!places.length) return null;
  const lons = places.map(({ lon }) => lon).sort((a, b) => a - b);
  let [gap, first] = [lons[0] + 360 - lons.at(-1), 0];
  for (let at = 1; at < lons.length; at += 1)
    if (lons[at] - lons[at - 1] > gap) [gap, first] = [lons[at] - lons[at - 1], at];
  const lats = places.map(({ lat }) => lat);
  return [Math.min(...lats), lons[first], Math.max(...lats), lons[(first + lons.length - 1) % lons.length]];
}

/** Two cells of the map as one. */
export function together(one, other) {
  const count = one.count + other.count;
  const near = (lon) => lon + 360 * Math.round((one.lon - lon) / 360);
  const mean = (mine, theirs) => (mine * one.count + theirs * other.count) / count;
  const [[south, west], [north, east]] = corners(one.box, one.lon);
  const [[low, left], [high, right]] = corners(other.box, one.lon);
  const wide = Math.max(east, right) - Math.min(west, left) >= 360;
  return {
    lat: mean(one.lat, other.lat),
    lon: turned(mean(one.lon, near(other.lon))),
    count,
    box: [Math.min(south, low), wide ? -180 : turned(Math.min(west, left)), Math.max(north, high), wide ? 180 : turned(Math.max(east, right))],
    id: null,
  };
}

const degrees = (value, [up, down], digits) => `${Math.abs(value).toFixed(digits)}° ${value < 0 ? down : up}`;

/** 52.52, 13.4 as "52.52° N, 13.40° E". */
export const place = (lat, lon, digits = 5) => `${degrees(lat, "NS", digits)}, ${degrees(lon, "EW", digits)}`;
