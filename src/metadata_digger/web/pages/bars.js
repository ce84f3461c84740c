// The bars of the timeline, and the two handles of the stretch that is chosen.
import { html, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { addDays, clampDay, dayOf, numberOf, steps, ticks, worded } from "./days.js";
import { many } from "./wording.js";

const HIGH = 56; // CSS pixels of the highest bar
const STRIP = 4;

export function Bars({ bars, every, span, unit, chosen, choose, frame, before, behind }) {
  const element = useRef(null);
  const [wide, widen] = useState(600);
  const [drag, pull] = useState(null); // days while the pointer is down
  const [pointed, point] = useState(null); // the bar under the pointer
  useLayoutEffect(() => {
    const sized = new ResizeObserver(([entry]) => widen(Math.max(100, entry.contentRect.width)));
    sized.observe(element.current);
    return () => sized.disconnect();
  }, []);
  const [first, last] = [numberOf(span[0]), numberOf(span[1]) + 1];
  const x = (day) => ((numberOf(day) - first) / (last - first)) * wide;
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const dense = Math.max(1, ...every.map(({ count }) => count));
  const shown = drag ?? chosen;
  const dayAt = (event) => {
    const { left, width } = element.current.getBoundingClientRect();
    const share = Math.max(0, Math.min(1, (event.clientX - left) / width));
    return dayOf(Math.min(last - 1, Math.floor(first + share * (last - first))));
  };
  const whole = (day) => steps(day, unit); // [first, last] day of its year, month or day
  const over = (days) => {
    const [low, high] = [...days].sort();
    return [clampDay(whole(low)[0], span), clampDay(whole(high)[1], span)];
  };
  const down = (event) => {
    if (event.button !== 0 || event.target.closest("[role=slider]")) return;
    const start = dayAt(event);
    element.current.setPointerCapture(event.pointerId);
    event.preventDefault();
    pull(over([start, start]));
    const move = (next) => pull(over([start, dayAt(next)]));
    const stop = (end) => {
      element.current?.removeEventListener("pointermove", move);
      element.current?.removeEventListener("pointerup", stop);
      element.current?.removeEventListener("pointercancel", cancel);
      pull(null);
      choose(over([start, dayAt(end)]));
    };
    const cancel = () => {
      element.current?.removeEventListener("pointermove", move);
      element.current?.removeEventListener("pointerup", stop);
      element.current?.removeEventListener("pointercancel", cancel);
      pull(null);
    };
    element.current.addEventListener("pointermove", move);
    element.current.addEventListener("pointerup", stop);
    element.current.addEventListener("pointercancel", cancel);
  };
  const hover = (event) => {
    const day = dayAt(event);
    point(bars.find((bar) => bar.first <= day && day <= bar.last) ?? null);
  };
  const ends = shown ?? span;
  const inside = ({ first: low, last: high }) => !shown || (high >= shown[0] && low <= shown[1]);
  const under = drag
    ? `${worded(drag, "day")}`
    : pointed
      ? `${worded([pointed.first, pointed.last], unit)}: ${many(pointed.count, "picture")}`
      : shown
        ? worded(shown, "day")
        : "";
  return html`<div class="timeline-body">
    <div class="bars" ref=${element} onPointerDown=${down} onPointerMove=${hover} onPointerLeave=${() => point(null)} onDblClick=${(event) => {
      const days = whole(dayAt(event));
      if (unit !== "day") frame([clampDay(days[0], span), clampDay(days[1], span)]);
    }}>
      <svg width=${wide} height=${HIGH + STRIP + 2} aria-hidden="true">
        ${shown ? html`<rect class="chosen-band" x=${x(shown[0])} y="0" width=${Math.max(2, x(addDays(shown[1], 1)) - x(shown[0]))} height=${HIGH} />` : null}
        ${bars.map((bar) => {
          const [left, right] = [Math.max(0, x(bar.first)), Math.min(wide, x(addDays(bar.last, 1)))];
          const gap = right - left > 4 ? 1 : 0;
          const high = Math.max(2, (bar.count / most) * (HIGH - 4));
          return html`<rect key=${bar.first} class=${`bar${inside(bar) ? "" : " is-out"}${pointed === bar ? " is-pointed" : ""}`} x=${left} y=${HIGH - high} width=${Math.max(1, right - left - gap)} height=${high} />`;
        })}
        <line class="ground" x1="0" x2=${wide} y1=${HIGH + 0.5} y2=${HIGH + 0.5} />
        ${every.map(({ first: low, last: high, count }) => {
          const [left, right] = [Math.max(0, x(low)), Math.min(wide, x(addDays(high, 1)))];
          return html`<rect key=${low} class=${`strip strip-${Math.max(1, Math.ceil((8 * count) / dense))}`} x=${left} y=${HIGH + 2} width=${Math.max(1, right - left)} height=${STRIP} />`;
        })}
      </svg>
      <${Handle} end=${0} ends=${ends} span=${span} unit=${unit} x=${x(ends[0])} choose=${choose} dayAt=${dayAt} pull=${pull} />
      <${Handle} end=${1} ends=${ends} span=${span} unit=${unit} x=${x(addDays(ends[1], 1))} choose=${choose} dayAt=${dayAt} pull=${pull} />
    </div>
    <div class="ticks" aria-hidden="true">
      ${ticks(span, unit, wide).map(({ day, words }) => html`<span key=${day} style=${{ left: `${x(day)}px` }}>${words}</span>`)}
    </div>
    <div class="timeline-foot"><span>${before}</span><span class="timeline-words">${under || (bars.length ? `A bar is a ${unit}, the highest ${many(most, "picture")}` : "Nothing found has a day here")}</span><span>${behind}</span></div>
  </div>`;
}

/** An end of the stretch that is chosen. Arrow keys move it by a bar, Page up and down by ten, Home and End all the way. */
function Handle({ end, ends, span, unit, x, choose, dayAt, pull }) {
  const name = end ? "Last day" : "First day";
  const moved = (day) => {
    const days = [...ends];
    days[end] = clampDay(day, span);
    if (days[0] > days[1]) days[1 - end] = days[end];
    return days[0] === span[0] && days[1] === span[1] ? null : days;
  };
  const step = (by) => {
    let day = ends[end];
    for (let left = Math.abs(by); left > 0; left -= 1) {
      const [low, high] = steps(day, unit);
      const next = by < 0 ? steps(addDays(low, -1), unit) : steps(addDays(high, 1), unit);
      // An end within its bar goes to the bar's edge first.
      if (end === 0) day = by < 0 ? (day > low ? low : next[0]) : next[0];
      else day = by > 0 ? (day < high ? high : next[1]) : next[1];
    }
    return day;
  };
  const key = (event) => {
    const to = {
      ArrowLeft: () => step(-1),
      ArrowDown: () => step(-1),
      ArrowRight: () => step(1),
      ArrowUp: () => step(1),
      PageDown: () => step(-10),
      PageUp: () => step(10),
      Home: () => span[0],
      End: () => span[1],
    }[event.key];
    if (!to || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    choose(moved(to()), true);
  };
  const down = (event) => {
    if (event.button !== 0) return;
    const handle = event.currentTarget;
    handle.setPointerCapture(event.pointerId);
    const at = (next) => moved(steps(dayAt(next), unit)[end]);
    const move = (next) => pull(at(next) ?? span);
    const stop = (last) => {
      handle.removeEventListener("pointermove", move);
      handle.removeEventListener("pointerup", stop);
      pull(null);
      choose(at(last));
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("pointerup", stop);
  };
  return html`<span
    class=${`handle handle-${end ? "last" : "first"}`}
    role="slider"
    tabindex="0"
    aria-label=${name}
    aria-valuemin=${numberOf(span[0])}
    aria-valuemax=${numberOf(span[1])}
    aria-valuenow=${numberOf(clampDay(ends[end], span))}
    aria-valuetext=${worded([ends[end], ends[end]], "day")}
    style=${{ left: `${Math.max(0, x)}px` }}
    onKeyDown=${key}
    onPointerDown=${down}
  ></span>`;
}
