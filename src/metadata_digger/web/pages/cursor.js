// Moving through pictures: what keys and clicks do in the gallery and in the table.
import { useEffect, useRef } from "../vendor/preact.js";
import { say, select, session, toggle } from "./session.js";
import { go } from "./state.js";
import { many } from "./wording.js";

let focusing = () => {};

/** Makes a row's picture the current one, brings it into view and gives it the focus. */
export const focusPhoto = (row) => focusing(row);

const LARGEST = 5000; // of a range by shift: more are all hits, which marks can be told

export function useCursor({ state, photos, total, columns, scroll, port }) {
  const { current: wanted } = session.use();
  const current = Math.max(0, Math.min(wanted, total - 1));
  const follow = useRef(null); // the place that the focus goes to when it is the current one and drawn
  const anchor = useRef(null);

  useEffect(() => {
    if (follow.current !== current) return; // an effect of an earlier drawing may come after the key
    const cell = port.current?.querySelector(`[data-place="${current}"]`);
    if (cell) {
      cell.focus({ preventScroll: true });
      follow.current = null;
    }
  });

  // The picture at the top stands in the address, without a step back; another width of the window keeps it there.
  const restored = useRef(null);
  const top = useRef({ place: 0, expected: 0 });
  const bring = (place) => {
    top.current = { place, expected: Math.floor(place / columns) * scroll.high };
    scroll.to(top.current.expected);
  };
  useEffect(() => {
    if (!total || restored.current === photos) return;
    const before = restored.current;
    restored.current = photos;
    if (before?.question === photos.question) return; // the same, asked again
    const at = state.at < total ? state.at : 0;
    bring(at);
    if (before || at) session.set({ current: at });
  }, [photos, total]);
  useEffect(() => {
    if (!restored.current) return;
    bring(top.current.place);
  }, [columns, scroll.high]);
  useEffect(() => {
    if (restored.current !== photos) return undefined;
    if (Math.abs(scroll.top - top.current.expected) >= 1) top.current.place = Math.floor(scroll.top / scroll.high + 0.5) * columns;
    const { place } = top.current;
    if (Math.abs(place - state.at) < columns) return undefined;
    const timer = setTimeout(() => go({ at: place }, { replace: true }), 250);
    return () => clearTimeout(timer);
  }, [scroll.top]);

  const to = (place, event = null) => {
    const next = Math.max(0, Math.min(place, total - 1));
    if (event?.shiftKey) range(anchor.current ?? current, next);
    else anchor.current = next;
    follow.current = next;
    scroll.show(Math.floor(next / columns));
    session.set({ current: next });
  };
  focusing = to;
  const range = async (from, end) => {
    anchor.current ??= from;
    const [first, last] = [Math.min(from, end), Math.max(from, end)];
    if (last - first >= LARGEST) return say(`A range has at most ${many(LARGEST, "picture")}.`);
    const rows = Array.from({ length: last - first + 1 }, (_, step) => photos.load(first + step));
    const all = await Promise.all(rows).catch(() => null);
    if (all === null) return say("Not all of these pictures could be loaded.");
    select(all.filter(Boolean).map((photo) => photo.id));
    return say(`${many(session.get().selected.size, "picture")} selected`);
  };
  const tick = (place) => {
    const photo = photos?.get(place);
    if (!photo) return;
    anchor.current = place;
    toggle(photo.id);
    say(`${many(session.get().selected.size, "picture")} selected`);
  };
  const open = (place) => {
    const photo = photos?.get(place);
    if (photo) go({ photo: photo.id });
  };

  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(scroll.height / scroll.high)) * columns;
    const steps = {
      ArrowRight: current + 1,
      ArrowLeft: current - 1,
      ArrowDown: current + columns < total ? current + columns : current,
      ArrowUp: current - columns >= 0 ? current - columns : current,
      Home: 0,
      End: total - 1,
      PageDown: Math.min(total - 1, current + page),
      PageUp: Math.max(0, current - page),
    };
    if (event.key in steps) to(steps[event.key], event);
    else if (event.key === "Enter") open(current);
    else if (event.key === " ") tick(current);
    else if (event.key === "Escape" && session.get().selected.size) select([]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  const click = (event, place) => {
    session.set({ current: place });
    if (event.target.closest("[data-tick]") || event.ctrlKey || event.metaKey) tick(place);
    else if (event.shiftKey) range(anchor.current ?? current, place);
    else open(place);
  };
  const focused = (place) => {
    follow.current = null;
    if (place !== session.get().current) session.set({ current: place });
  };
  return { current, key, click, focused, to };
}
