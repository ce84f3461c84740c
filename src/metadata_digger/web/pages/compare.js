// Two pictures side by side: state.compare is their ids. What differs first, or by directory.
import { html, useEffect, useMemo, useRef, useState } from "../vendor/preact.js";
import { useAnswer } from "./api.js";
import { Dialog, useFault } from "./dialog.js";
import * as icons from "./icons.js";
import { setMark, MarkChoice, useMark } from "./marks.js";
import { say } from "./session.js";
import { Preview } from "./stage.js";
import { go } from "./state.js";
import { seen, spoken } from "./unseen.js";
import { many, moment, size } from "./wording.js";

const LONG = 4000; // characters of a value that are compared word by word

export function Compare({ state }) {
  const [a, b] = state.compare;
  const { data, fault, pending } = useAnswer(`compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`);
  const [only, restrict] = useState(false);
  const [ordered, order] = useState(false); // by directory, as files have them
  const [at, stand] = useState(-1); // of the rows that differ
  const body = useRef(null);
  const rows = data?.rows ?? [];
  const shown = useMemo(() => {
    const some = only ? rows.filter(({ differs }) => differs) : rows;
    if (!ordered) return some;
    const places = new Map();
    for (const { directory } of some) if (!places.has(directory)) places.set(directory, places.size);
    return [...some].sort((one, other) => places.get(one.directory) - places.get(other.directory));
  }, [rows, only, ordered]);
  const differing = rows.filter(({ differs }) => differs).length;
  useEffect(() => stand(-1), [a, b, ordered]);
  const step = (by) => {
    const all = [...(body.current?.querySelectorAll("tr.differs") ?? [])];
    if (!all.length) return;
    const next = (at + by + all.length) % all.length;
    stand(at < 0 && by < 0 ? all.length - 1 : next);
    const row = all[at < 0 && by < 0 ? all.length - 1 : next];
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "center" });
  };
  const swap = () => go({ compare: [b, a] }, { replace: true });
  const keys = { n: () => step(1), p: () => step(-1), d: () => restrict(!only), x: swap };
  const onKey = (event) => {
    if (!keys[event.key]) return false;
    keys[event.key]();
    return true;
  };
  useEffect(() => {
    if (data) say(differing ? `${many(differing, "row")} of ${rows.length} differ` : "No row differs");
  }, [data]);
  const tools = html`<div class="detail-tools">
    <button type="button" class="quiet icon-only" aria-label="Swap the two" title="Swap the two (x)" onClick=${swap}><${icons.Swap} /></button>
  </div>`;
  const error = useFault(fault);
  return html`<${Dialog} title="Compare two pictures" kind="full compare" tools=${tools} onClose=${() => go({ compare: null })} onKey=${onKey}>
    <div class=${`compare-in${pending && data ? " old" : ""}`} tabindex="0" role="region" aria-label="Comparison">
      ${error}
      ${
        data &&
        html`<div class="compare-pictures">
            ${["a", "b"].map((side) => html`<${Side} key=${`${side} ${data[side].id}`} photo=${data[side]} other=${data[side === "a" ? "b" : "a"]} />`)}
          </div>
          <div class="compare-tools">
            <strong>${differing ? `${many(differing, "row")} ${differing === 1 ? "differs" : "differ"}` : "No row differs"}</strong>
            <span class="hint">of ${rows.length}</span>
            <span class="grow"></span>
            <label class="check"><input type="checkbox" checked=${only} onChange=${() => restrict(!only)} /> Only what differs</label>
            <label class="check"><input type="checkbox" checked=${ordered} onChange=${() => order(!ordered)} /> By directory</label>
            <button type="button" class="tool" disabled=${!differing} title="Previous that differs (p)" onClick=${() => step(-1)}>Previous</button>
            <button type="button" class="tool" disabled=${!differing} title="Next that differs (n)" onClick=${() => step(1)}>Next</button>
          </div>
          <table class="compare-rows">
            <caption class="visually-hidden">Tags of the two pictures, ${ordered ? "by directory" : "those that differ first"}</caption>
            <thead>
              <tr><th scope="col">Tag</th><th scope="col"><bdi>${seen(data.a.name, 80)}</bdi></th><th scope="col"><bdi>${seen(data.b.name, 80)}</bdi></th></tr>
            </thead>
            <tbody ref=${body}>
              ${shown.map((row, place) => html`<${Row} key=${`${row.directory} ${row.field} ${place}`} row=${row} />`)}
            </tbody>
          </table>
          ${shown.length === 0 ? html`<p class="hint">${rows.length ? "Both say the same of themselves, to the last tag." : "Neither says anything of itself."}</p>` : null}`
      }
    </div>
  <//>`;
}

function Side({ photo, other }) {
  const mark = useMark(photo);
  const facts = [
    [photo.type, other.type],
    [size(photo.size), size(other.size)],
    [photo.width && `${photo.width} × ${photo.height}`, other.width && `${other.width} × ${other.height}`],
    [moment(photo.date), moment(other.date)],
  ].filter(([own]) => own);
  return html`<figure>
    <div class="compare-stage"><${Preview} photo=${photo} alt=${`Preview of ${spoken(photo.name)}`} /></div>
    <figcaption>
      <button type="button" class="link" title=${spoken(photo.path)} onClick=${() => go({ compare: null, photo: photo.id })}><bdi>${seen(photo.name, 120)}</bdi></button>
      <span class="hint">${facts.map(([own, theirs], number) => html`${number ? " · " : ""}<span class=${own === theirs ? "" : "is-other"}>${own}</span>`)}</span>
      <${MarkChoice} mark=${mark} label=${`Mark of ${spoken(photo.name)}`} onMark=${(one) => setMark([photo.id], one, { before: [[photo.id, mark]] })} />
    </figcaption>
  </figure>`;
}

function Row({ row: { directory, name, a, b, differs } }) {
  const [left, right] = differs && a !== null && b !== null ? apart(a, b) : [a, b];
  return html`<tr class=${differs ? "differs" : ""} tabindex=${differs ? -1 : null}>
    <th scope="row"><span class="hint"><bdi>${seen(directory, 80)}</bdi></span> <bdi>${seen(name, 120)}</bdi>${differs ? html`<span class="visually-hidden">, differs</span>` : null}</th>
    ${[left, right].map((value, number) => html`<td key=${number} class=${value === null ? "lacks" : ""}>${value === null ? "lacks it" : html`<bdi class="said-value">${typeof value === "string" ? seen(value, 1000) : value}</bdi>`}</td>`)}
  </tr>`;
}

const WORDS = /\d+(?:\.\d+)?|\p{L}+|\s+|./gsu;

/** Two texts, what differs between their common first and last words marked. */
function apart(a, b) {
  if (a.length > LONG || b.length > LONG) return [a, b];
  const [one, other] = [a, b].map((text) => text.match(WORDS) ?? []);
  let first = 0;
  while (first < one.length && one[first] === other[first]) first += 1;
  let last = 0;
  while (last < Math.min(one.length, other.length) - first && one.at(-1 - last) === other.at(-1 - last)) last += 1;
  if (!first && !last) return [a, b];
  return [one, other].map((signs) => {
    const middle = signs.slice(first, signs.length - last).join("");
    return [seen(signs.slice(0, first).join(""), LONG), middle && html`<mark>${seen(middle, LONG)}</mark>`, seen(last ? signs.slice(-last).join("") : "", LONG)];
  });
}
