// A rectangle that is drawn on a map by mouse, pen or finger.
import { marking } from "./land.js";
import { box } from "./places.js";

const LEAST = 6; // pixels: less is a click

/** Lets one rectangle be drawn: `done` hears [south, west, north, east], or null where it was left. Returns how to stop. */
export function drawing({ L, map }, done) {
  const element = map.getContainer();
  let [start, from, drawn] = [null, null, null];
  const point = (event) => map.mouseEventToContainerPoint(event);
  const down = (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    event.stopPropagation();
    from = point(event);
    start = map.containerPointToLatLng(from);
    element.setPointerCapture(event.pointerId);
    const { fillColor } = marking(element);
    drawn = L.rectangle([start, start], { color: fillColor, weight: 2, fillOpacity: 0.12, interactive: false }).addTo(map);
  };
  const move = (event) => {
    if (!start) return;
    event.stopPropagation();
    drawn.setBounds(L.latLngBounds(start, map.containerPointToLatLng(point(event))));
  };
  const up = (event) => {
    if (!start) return;
    event.stopPropagation();
    const to = point(event);
    const end = map.containerPointToLatLng(to);
    const large = Math.abs(to.x - from.x) >= LEAST && Math.abs(to.y - from.y) >= LEAST;
    const found = box(start, end);
    stop();
    done(large ? found : null);
  };
  const key = (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    stop();
    done(null);
  };
  const stop = () => {
    drawn?.remove();
    [start, drawn] = [null, null];
    map.dragging.enable();
    for (const [name, act] of handlers) element.removeEventListener(name, act, true);
    window.removeEventListener("keydown", key, true);
  };
  const handlers = [
    ["pointerdown", down],
    ["pointermove", move],
    ["pointerup", up],
    ["pointercancel", up],
  ];
  map.dragging.disable();
  for (const [name, act] of handlers) element.addEventListener(name, act, true);
  window.addEventListener("keydown", key, true);
  return stop;
}
