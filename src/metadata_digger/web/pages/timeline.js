// The timeline above the pictures: a bar for each year, month or day; a stretch of days is chosen by dragging, by the two
// handles (arrow keys), or by its fields.
//
// Bars are the pictures found by everything but the days. The strip below them says where all pictures of the collection
// lie: the darker the more, in eight steps; it has no scale in common with the bars.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { useAnswer } from "./api.js";
import { addDays, clampDay, dayOf, numberOf, spread, steps, ticks, trimmed, unitFor, worded } from "./days.js";
import * as icons from "./icons.js";
import { asked, go, useAddress } from "./state.js";
import { many, number } from "./wording.js";

const HIGH = 56; // CSS pixels of the highest bar
const STRIP = 4;
const MONTHS = 5 * 366; // days: shorter times begin and end by months

export function Timeline() {
  const state = useAddress();
  const { from: _, to: __, ...others } = asked(state);
  const years = useAnswer("timeline", { unit: "year" }); // of all: the frame of everything
  const [table, tabulate] = useState(false);
  const few = years.data && years.data.bars.length > 0 && spread(trimmed(years.data.bars)) <= MONTHS;
  const months = useAnswer(few ? "timeline" : null, { unit: "month" });
  const all = (few ? months.data : years.data)?.bars ?? [];
  if (!years.data || (few && !months.data)) return html`<section class="timeline" aria-label="Timeline" aria-busy="true"></section>`;
  if (!all.length) return null;
  const whole = trimmed(all);
  const span = state.span ?? whole;
  const unit = unitFor(span);
  return html`<${Framed} state=${state} others=${others} all=${all} whole=${whole} span=${span} unit=${unit} table=${table} tabulate=${tabulate} />`;
}

function Framed({ state, others, all, whole, span, unit, table, tabulate }) {
  const found = useAnswer("timeline", { ...others, unit });
  const every = useAnswer("timeline", { unit });
  const bars = found.data?.unit === unit ? found.data.bars : [];
  const within = (list) => list.filter(({ first, last }) => last >= span[0] && first <= span[1]);
  const inside = within(bars);
  const total = (list) => list.reduce((sum, { count }) => sum + count, 0);
  const earlier = total(bars.filter(({ last }) => last < span[0]));
  const later = total(bars.filter(({ first }) => first > span[1]));
  const undated = found.data?.undated ?? 0;
  const without = state.has.includes("-date");
  const chosen = state.from || state.to ? [state.from || span[0], state.to || span[1]] : null;
  const choose = (days, replace = false) => go(days ? { from: days[0], to: days[1] } : { from: "", to: "" }, { replace });
  const outer = [all[0].first, all.at(-1).last];
  const frame = (days) => go({ span: days && (days[0] !== whole[0] || days[1] !== whole[1]) ? days : null }, { replace: true });
  const zoom = (factor) => {
    const [first, last] = span.map(numberOf);
    const middle = chosen ? (numberOf(chosen[0]) + numberOf(chosen[1])) / 2 : (first + last) / 2;
    const half = Math.max(3, ((last - first) * factor) / 2);
    const days = [middle - half, middle + half].map((day) => clampDay(dayOf(Math.round(day)), outer));
    frame(days[0] < days[1] ? days : span);
  };
  const closer = () => {
    if (chosen && (chosen[0] > span[0] || chosen[1] < span[1])) frame([clampDay(chosen[0], outer), clampDay(chosen[1], outer)]);
    else zoom(0.4);
  };
  const days = numberOf(span[1]) - numberOf(span[0]);
  const toggle = () => go({ has: [...state.has.filter((one) => !/^-?date$/.test(one)), ...(without ? [] : ["-date"])] });
  return html`<section class=${`timeline${found.old ? " old" : ""}`} aria-label="Timeline">
    <div class="timeline-head">
      <div class="days">
        <input type="date" aria-label="From" value=${state.from} max=${state.to || null} onChange=${(event) => go({ from: event.target.value })} />
        <span aria-hidden="true">–</span>
        <input type="date" aria-label="To" value=${state.to} min=${state.from || null} onChange=${(event) => go({ to: event.target.value })} />
        <button type="button" class=${`quiet icon-only${chosen ? "" : " is-away"}`} disabled=${!chosen} aria-label="All days" title="All days" onClick=${() => choose(null)}><${icons.Close} /></button>
      </div>
      <div class="timeline-tools">
        ${undated > 0 || without ? html`<button type="button" class="link" aria-pressed=${String(without)} onClick=${toggle}>${without ? "Only without a date" : `${number(undated)} without a date`}</button>` : null}
        <button type="button" class="quiet icon-only" aria-label="Closer" title=${chosen ? "Closer, to the days chosen" : "Closer"} disabled=${days <= 7} onClick=${closer}><${icons.Plus} /></button>
        <button type="button" class="quiet icon-only" aria-label="Wider" title="Wider" disabled=${span[0] <= outer[0] && span[1] >= outer[1]} onClick=${() => zoom(2.5)}><${icons.Minus} /></button>
        <button type="button" class="quiet icon-only" aria-label="All of the time" title="All of the time" disabled=${!state.span} onClick=${() => frame(null)}><${icons.Whole} /></button>
        <button type="button" class="quiet icon-only" aria-pressed=${String(table)} aria-label="Timeline as a table" title="As a table" onClick=${() => tabulate(!table)}><${icons.Rows} /></button>
      </div>
    </div>
    ${found.fault ? null : table
      ? html`<${BarTable} bars=${inside} unit=${unit} choose=${choose} />`
      : html`<${Bars} bars=${inside} every=${within(every.data?.unit === unit ? every.data.bars : [])} span=${span} unit=${unit} chosen=${chosen} choose=${choose} frame=${frame}
          before=${earlier > 0 ? html`<button type="button" class="link" onClick=${() => frame([clampDay(bars[0].first, outer), span[1]])}>← ${number(earlier)} earlier</button>` : null}
          behind=${later > 0 ? html`<button type="button" class="link" onClick=${() => frame([span[0], clampDay(bars.at(-1).last, outer)])}>${number(later)} later →</button>` : null} />`}
  </section>`;
}

function Bars({ bars, every, span, unit, chosen, choose, frame, before, behind }) {
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

/** The same as the bars, for who does not see them. */
function BarTable({ bars, unit, choose }) {
  const body = useRef(null);
  useEffect(() => body.current?.focus(), []);
  return html`<div class="bar-table" tabindex="0" role="region" aria-label="Timeline as a table" ref=${body}>
    <table>
      <caption class="visually-hidden">Pictures by ${unit}</caption>
      <thead><tr><th scope="col">${unit[0].toUpperCase() + unit.slice(1)}</th><th scope="col" class="right">Pictures</th></tr></thead>
      <tbody>
        ${bars.map(
          (bar) => html`<tr key=${bar.first}>
            <th scope="row"><button type="button" class="link" onClick=${() => choose([bar.first, bar.last])}>${worded([bar.first, bar.last], unit)}</button></th>
            <td class="right">${number(bar.count)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
    ${bars.length === 0 ? html`<p class="hint">Nothing found has a day in this stretch.</p>` : null}
  </div>`;
}
