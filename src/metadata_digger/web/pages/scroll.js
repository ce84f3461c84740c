// A window on more rows than a box can be high. Browsers cut boxes off at 16.7 to 33.5 million pixels, so a higher one is
// scaled: the scroll bar moves by share, wheel and keys by true pixels.
import { useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";

export const HIGHEST = 6_000_000;

/**
 * `rows` of `high` pixels, `more` drawn above and below. `head`: pixels of what stays above them. Returns {box,
 * high, top, height, first, last, offset, show, to}: the box's height, a row's, the true top, the port's height, the rows to
 * draw, what to add to a row's true place; `show(row)` brings a row into view, `to(top)` the true top to a place.
 */
export function useScroll(port, rows, high, more = 2, head = 0) {
  const [view, see] = useState({ top: 0, height: 600, bar: 0 });
  const whole = rows * high;
  const box = Math.min(whole, HIGHEST);
  const scaled = whole > HIGHEST;
  const now = useRef({ top: 0, bar: 0 });
  const limit = () => Math.max(0, whole + head - (port.current?.clientHeight ?? 0));
  const barLimit = () => Math.max(1, box + head - (port.current?.clientHeight ?? 0));

  const to = (top, bar = null) => {
    const held = Math.max(0, Math.min(top, limit()));
    const node = port.current;
    if (!node) return;
    const wanted = bar ?? (scaled ? Math.round((held / Math.max(1, limit())) * barLimit()) : held);
    now.current = { top: held, bar: wanted };
    if (Math.abs(node.scrollTop - wanted) >= 1) node.scrollTop = wanted;
    if (!scaled) now.current.bar = node.scrollTop;
    see({ top: held, height: node.clientHeight, bar: now.current.bar });
  };

  useLayoutEffect(() => {
    const node = port.current;
    if (!node) return undefined;
    const scrolled = () => {
      const bar = node.scrollTop;
      const moved = bar - now.current.bar;
      if (Math.abs(moved) < 1) return;
      if (!scaled) to(bar, bar);
      else if (bar <= 0) to(0, bar);
      else if (bar >= barLimit() - 1) to(limit(), bar);
      // A finger's small steps are true pixels, the bar's are shares: one pixel of the bar is thousands of the box.
      else if (Math.abs(moved) < 2 * node.clientHeight) to(now.current.top + moved, bar);
      else to((bar / barLimit()) * limit(), bar);
    };
    const wheel = (event) => {
      if (!scaled || event.ctrlKey) return;
      event.preventDefault();
      const unit = [1, 40, node.clientHeight][event.deltaMode];
      to(now.current.top + event.deltaY * unit);
    };
    node.addEventListener("scroll", scrolled, { passive: true });
    node.addEventListener("wheel", wheel, { passive: false });
    const sized = new ResizeObserver(() => to(now.current.top));
    sized.observe(node);
    return () => {
      node.removeEventListener("scroll", scrolled);
      node.removeEventListener("wheel", wheel);
      sized.disconnect();
    };
  }, [whole, scaled, high]);

  // Another height of rows, another number of them: the same share of the true height is not the same bar.
  useEffect(() => to(now.current.top), [whole, high]);

  const first = Math.max(0, Math.floor(view.top / high) - more);
  const last = Math.min(rows - 1, Math.ceil((view.top + view.height) / high) + more);
  const show = (row) => {
    const node = port.current;
    const [above, below] = [row * high, (row + 1) * high];
    if (above < now.current.top) to(above);
    else if (below > now.current.top + node.clientHeight - head) to(below - node.clientHeight + head);
  };
  return { box, high, top: view.top, height: view.height, first, last, offset: view.bar - view.top, show, to };
}
