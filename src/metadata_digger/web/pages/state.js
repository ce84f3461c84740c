// What is asked and how it is shown: all of it stands in the address, so that reload, back and forward keep it.
//
// q=TEXT  is.FIELD=VALUE...  not.FIELD=VALUE...  from=DAY to=DAY  box=S,W,N,E  radius=LAT,LON,KM  has=FIELD|-FIELD...
// around=LAT,LON,ZOOM  span=DAY,DAY  sort=  view=table  tile=s|l  column=FIELD...  facet=FIELD...  map=0|1  at=ROW  photo=ID  compare=ID,ID
import { observable } from "./store.js";

const EMPTY = {
  q: "",
  filters: [], // {field, values, not}; one for each field and `not`
  from: "",
  to: "",
  box: null, // [south, west, north, east]
  radius: null, // [lat, lon, km]
  has: [], // "location", "-date"
  sort: "path",
  view: "gallery",
  tile: "m",
  columns: [], // of the table, [] is the usual ones
  facets: [], // fields added to those that are always there
  map: null, // null: as wide as the window is
  at: 0, // the picture at the top of the gallery
  photo: "", // the one shown large
  compare: null, // [id, id]
  around: null, // of the map: [lat, lon, zoom]
  span: null, // of the timeline: [day, day]
};

const numbers = (text, count) => {
  const found = (text ?? "").split(",").map(Number);
  return text && found.length === count && found.every(Number.isFinite) ? found : null;
};

export function parsed(search) {
  const given = new URLSearchParams(search);
  const state = { ...EMPTY, filters: [] };
  for (const [name, value] of given) {
    const match = /^(is|not)\.(.+)$/.exec(name);
    if (match) state.filters = withValue(state.filters, match[2], value, match[1] === "not");
  }
  for (const name of ["q", "from", "to", "photo"]) state[name] = given.get(name) ?? "";
  state.sort = given.get("sort") || "path";
  state.view = given.get("view") === "table" ? "table" : "gallery";
  state.tile = ["s", "l"].includes(given.get("tile")) ? given.get("tile") : "m";
  state.box = numbers(given.get("box"), 4);
  state.radius = numbers(given.get("radius"), 3);
  state.around = numbers(given.get("around"), 3);
  const span = (given.get("span") ?? "").split(",");
  state.span = span.length === 2 && span.every((one) => /^\d{4}-\d\d-\d\d$/.test(one)) ? span : null;
  state.has = given.getAll("has");
  state.columns = given.getAll("column");
  state.facets = given.getAll("facet");
  state.map = given.has("map") ? given.get("map") === "1" : null;
  state.at = Math.max(0, Number.parseInt(given.get("at") ?? "0", 10) || 0);
  const pair = (given.get("compare") ?? "").split(",");
  state.compare = pair.length === 2 && pair.every(Boolean) ? pair : null;
  return state;
}

export function address(state) {
  const made = new URLSearchParams();
  if (state.q) made.set("q", state.q);
  for (const { field, values, not } of state.filters)
    for (const value of values) made.append(`${not ? "not" : "is"}.${field}`, value);
  for (const name of ["from", "to"]) if (state[name]) made.set(name, state[name]);
  for (const name of ["box", "radius", "around", "span"]) if (state[name]) made.set(name, state[name].join(","));
  for (const value of state.has) made.append("has", value);
  if (state.sort !== "path") made.set("sort", state.sort);
  if (state.view !== "gallery") made.set("view", state.view);
  if (state.tile !== "m") made.set("tile", state.tile);
  for (const value of state.columns) made.append("column", value);
  for (const value of state.facets) made.append("facet", value);
  if (state.map !== null) made.set("map", state.map ? "1" : "0");
  if (state.at) made.set("at", String(state.at));
  if (state.photo) made.set("photo", state.photo);
  if (state.compare) made.set("compare", state.compare.join(","));
  const text = made.toString();
  return text && `?${text}`;
}

const store = observable(parsed(location.search));
export const state = store.get;
export const useAddress = store.use;
export const listen = store.listen;
window.addEventListener("popstate", () => store.set(parsed(location.search)));

/** Another state. What is asked for changes: the first picture again, and nothing shown large. `replace`: no step back. */
export function go(patch, { replace = false } = {}) {
  const before = store.get();
  const after = { ...before, ...patch };
  if (question(after) !== question(before) || after.sort !== before.sort) {
    if (!("at" in patch)) after.at = 0;
    if (!("photo" in patch)) after.photo = "";
    if (!("compare" in patch)) after.compare = null;
  }
  const [from, to] = [address(before), address(after)];
  if (from !== to) history[replace ? "replaceState" : "pushState"](null, "", location.pathname + to);
  store.set(after);
}

/** The part of requests that says which pictures: ASKED. */
export function asked(state) {
  const found = {};
  if (state.q.trim()) found.q = state.q;
  if (state.filters.length) found.filters = state.filters;
  for (const name of ["from", "to", "box", "radius"]) if (state[name]) found[name] = state[name];
  if (state.has.length) found.has = state.has;
  return found;
}

export const question = (state) => JSON.stringify(asked(state));

/** The filters with a value more. */
export function withValue(filters, field, value, not = false) {
  const rest = withoutValue(filters, field, value, !not);
  const place = rest.findIndex((one) => one.field === field && one.not === not);
  if (place < 0) return [...rest, { field, values: [value], not }];
  const values = rest[place].values.filter((one) => one !== value);
  return rest.map((one, number) => (number === place ? { ...one, values: [...values, value] } : one));
}

export function withoutValue(filters, field, value, not = false) {
  return filters
    .map((one) => (one.field === field && one.not === not ? { ...one, values: one.values.filter((v) => v !== value) } : one))
    .filter((one) => one.values.length);
}

export const hasValue = (filters, field, value, not = false) =>
  filters.some((one) => one.field === field && one.not === not && one.values.includes(value));

/** The parts that filter, each with what the state is without it: for chips, and for saying which excludes most. */
export function parts(state) {
  const found = [];
  if (state.q.trim()) found.push({ kind: "q", value: state.q, without: { q: "" } });
  for (const { field, values, not } of state.filters)
    for (const value of values) {
      const without = { filters: withoutValue(state.filters, field, value, not) };
      const turned = { filters: withValue(without.filters, field, value, !not) };
      found.push({ kind: "value", field, value, not, without, turned });
    }
  if (state.from || state.to)
    found.push({ kind: "days", value: [state.from, state.to], without: { from: "", to: "" } });
  if (state.box) found.push({ kind: "box", value: state.box, without: { box: null } });
  if (state.radius) found.push({ kind: "radius", value: state.radius, without: { radius: null } });
  for (const value of state.has) {
    const rest = state.has.filter((one) => one !== value);
    const not = value.startsWith("-");
    const turned = { has: [...rest, not ? value.slice(1) : `-${value}`] };
    found.push({ kind: "has", field: value.replace(/^-/, ""), value, not, without: { has: rest }, turned });
  }
  return found;
}
