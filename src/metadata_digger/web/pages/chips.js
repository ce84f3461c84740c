// What filters, each as a chip: a click turns it into its opposite, the cross takes it away.
import { html } from "../vendor/preact.js";
import * as icons from "./icons.js";
import { titled } from "./session.js";
import { go, parts } from "./state.js";
import { seen, spoken } from "./unseen.js";
import { day, number, tail } from "./wording.js";

const degrees = (value) => `${Math.abs(value).toFixed(1)}°`;
const place = (south, east) => `${degrees(south)} ${south < 0 ? "S" : "N"} ${degrees(east)} ${east < 0 ? "W" : "E"}`;

/** A part of the state in words: ["Labels", "person"]. */
export function worded(part) {
  switch (part.kind) {
    case "q":
      return ["Search", part.value];
    case "value":
      return [titled(part.field), part.field === "file_path" ? tail(part.value) : part.value];
    case "days": {
      const [from, to] = part.value;
      if (from === to) return ["Day", day(from)];
      return ["Days", from && to ? `${day(from)} to ${day(to)}` : from ? `from ${day(from)}` : `to ${day(to)}`];
    }
    case "box": {
      const [south, west, north, east] = part.value;
      return ["Place", `${place(south, west)} to ${place(north, east)}`];
    }
    case "radius":
      return ["Place", `within ${number(part.value[2])} km of ${place(part.value[0], part.value[1])}`];
    default:
      return [part.not ? "Without" : "With", titled(part.field).toLowerCase()];
  }
}

export function Chips({ state }) {
  const all = parts(state).filter((part) => part.kind !== "q");
  if (!all.length) return null;
  return html`<ul class="chips" aria-label="Filters">
    ${all.map((part) => {
      const [title, value] = worded(part);
      const not = part.not && part.kind === "value";
      const words = html`<span class="chip-title">${title}</span> ${not ? html`<strong class="not">not</strong> ` : null}<span class="chip-value">${seen(value, 200)}</span>`;
      return html`<li class=${`chip${part.not ? " is-not" : ""}`} key=${JSON.stringify([part.kind, part.field, part.value])}>
        ${part.turned
          ? html`<button type="button" class="chip-turn" title=${part.not ? "Turn into: with it" : "Turn into: not"} onClick=${() => go(part.turned)}>${words}</button>`
          : html`<span class="chip-turn">${words}</span>`}
        <button type="button" class="chip-away" aria-label=${spoken(`Remove ${title} ${not ? "not " : ""}${value.slice(0, 200)}`)} onClick=${() => go(part.without)}><${icons.Close} /></button>
      </li>`;
    })}
    <li><button type="button" class="quiet" onClick=${() => go({ filters: [], from: "", to: "", box: null, radius: null, has: [] })}>Clear all</button></li>
  </ul>`;
}
