// The timeline above the pictures: a bar for each year, month or day; a stretch of days is chosen by dragging, by the two
// handles (arrow keys), or by its fields.
//
// Bars are the pictures found by everything but the days. The strip below them says where all pictures of the collection
// lie: the darker the more, in eight steps; it has no scale in common with the bars.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { useAnswer } from "./api.js";
import { clampDay, dayOf, numberOf, spread, trimmed, unitFor, worded } from "./days.js";
import { Bars } from "./bars.js";
import * as icons from "./icons.js";
import { asked, go, useAddress } from "./state.js";
import { number } from "./wording.js";

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
