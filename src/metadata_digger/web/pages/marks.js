// Marks 1 to 9: each has a colour, a shape and its number, so that none of the three is needed to tell them apart.
import { html, useEffect } from "../vendor/preact.js";
import { ask } from "./api.js";
import { focusPhoto } from "./cursor.js";
import { open, toast } from "./dialog.js";
import * as icons from "./icons.js";
import { bind } from "./keys.js";
import { patchPhotos, shown } from "./photos.js";
import { refresh, say, select, session } from "./session.js";
import { observable } from "./store.js";
import { asked, go, state } from "./state.js";
import { many, number } from "./wording.js";

export const NUMBERS = [..."123456789"];

// In a box of 20, round the middle: circle, square, diamond, triangle, pentagon, hexagon, shield, house, star of eight.
const SHAPES = {
  1: "M10 1a9 9 0 1 1 0 18 9 9 0 0 1 0-18Z",
  2: "M2 2h16v16H2Z",
  3: "M10 0l10 10-10 10L0 10Z",
  4: "M10 0l10.5 18.5h-21Z",
  5: "M10 .5l9.5 7-3.6 11.5H4.100L.5 7.500Z",
  6: "M5 1h10l5 9-5 9H5l-5-9Z",
  7: "M2 1h16v9c0 5-4 8-8 9.500C6 18 2 15 2 10Z",
  8: "M0 9 10 0l10 9h-2.500v10h-15V9Z",
  9: "M10 0l2.7 3.4 4.3-.4-.4 4.300L20 10l-3.4 2.7.4 4.3-4.3-.4L10 20l-2.7-3.4-4.3.4.4-4.300L0 10l3.4-2.700L3 3l4.3.4Z",
};

export const titleOf = (mark) => session.get().marks.find((one) => one.mark === mark)?.title ?? mark;
export const named = (mark) => (titleOf(mark) === mark ? `mark ${mark}` : `mark ${mark}, ${titleOf(mark)}`);

/** `decorative`: words beside it say what it is. */
export function MarkSign({ mark, decorative = false }) {
  if (!mark) return null;
  const name = decorative ? { "aria-hidden": "true" } : { role: "img", "aria-label": named(mark) };
  return html`<svg class=${`mark mark-${mark}`} viewBox="-1 -1 22 22" ...${name}>
    <path d=${SHAPES[mark]} /><text x="10" y=${mark === "4" ? 15.5 : 14} text-anchor="middle">${mark}</text>
  </svg>`;
}

const take = ({ marks }) => session.set({ marks });

/** The nine marks, their titles and counts, into the session. */
export async function loadMarks() {
  take(await ask("marks"));
}

/** Whether marks are part of the question, so that marking changes what is found. */
const asksForMarks = () => /\bmark:/.test(state().q) || state().filters.some(({ field }) => field === "mark");

// Marks that were given since answers came: id -> mark or null.
const given = observable({});

/** The mark of a picture as it is now, whenever its answer came. */
export function useMark(photo) {
  const news = given.use();
  return (photo && (news[photo.id] !== undefined ? news[photo.id] : photo.mark)) ?? null;
}

function changed(ids, mark) {
  if (ids) {
    patchPhotos(ids, { mark });
    given.set(Object.fromEntries(ids.map((id) => [id, mark])));
  } else given.set(Object.fromEntries(Object.keys(given.get()).map((id) => [id, undefined])));
  if (!ids || asksForMarks()) refresh();
  return loadMarks();
}

/** Gives pictures a mark (null: takes theirs). Can be undone where few pictures had few marks. */
export async function setMark(ids, mark, { before = null } = {}) {
  if (!ids.length) return;
  if (session.get().about?.writable === false) {
    toast("Marks cannot be written beside this output: its folder is read-only.", { fault: true });
    return;
  }
  try {
    const found = await ask("marks", { mark, ids });
    await changed(ids, mark);
    const words = ids.length === 1 ? "" : ` ${many(found.total, "picture")}`;
    const undo = before && { label: "Undo", run: () => restore(before) };
    toast(mark ? `Marked${words}: ${named(mark)}` : `Mark taken away${words && " from"}${words}`, { action: undo });
  } catch (fault) {
    toast(fault.message, { fault: true });
  }
}

/** `before`: [[id, mark or null], ...] */
async function restore(before) {
  for (const mark of new Set(before.map(([, one]) => one)))
    await setMark(
      before.filter(([, one]) => one === mark).map(([id]) => id),
      mark,
    );
}

/** Marks all pictures that are found. `expected`: how many the reader saw; raises Fault 409 where there are others now. */
export async function markHits(mark, expected) {
  const found = await ask("marks", { mark, asked: asked(state()), expected });
  await changed(null, mark);
  return found;
}

/** Nine buttons and one that takes the mark away. `mark`: the one that all have now. */
export function MarkChoice({ mark = null, onMark, label = "Mark" }) {
  const { marks } = session.use();
  const titles = Object.fromEntries(marks.map((one) => [one.mark, one.title]));
  return html`<div class="mark-bar" role="group" aria-label=${label}>
    ${NUMBERS.map((one) => {
      const name = titles[one] && titles[one] !== one ? `${one}: ${titles[one]}` : `Mark ${one}`;
      return html`<button
        type="button"
        class="quiet"
        aria-pressed=${String(mark === one)}
        aria-label=${name}
        title=${`${name} (key ${one})`}
        onClick=${() => onMark(mark === one ? null : one)}
      >
        <${MarkSign} mark=${one} decorative />
      </button>`;
    })}
  </div>`;
}

/** Marks as pictures have them now, as far as they are here: [[id, mark or null], ...]; null where one is not. */
function marksOf(ids) {
  const photos = shown();
  const found = ids.map((id) => [id, photos?.get(photos.row(id) ?? -1)]);
  return found.every(([, photo]) => photo) ? found.map(([id, photo]) => [id, photo.mark ?? null]) : null;
}

/** What keys act upon: the pictures selected, or the one that has the focus. */
const targets = (photos) => {
  const { selected, current } = session.get();
  if (selected.size) return [...selected];
  const photo = photos?.get(current);
  return photo ? [photo.id] : [];
};

/** What is selected and what can be done with it; its keys work without a selection too. */
export function MarkBar() {
  const { selected } = session.use();
  useEffect(() => {
    const act = (mark) => () => {
      const ids = targets(shown());
      if (!ids.length) return false;
      setMark(ids, mark, { before: marksOf(ids) });
      return true;
    };
    const undo = NUMBERS.map((one) => bind(one, act(one)));
    undo.push(bind("0", act(null)), bind("n", () => nextUnmarked()), bind("c", () => compareSelected()));
    undo.push(bind("Escape", () => session.get().selected.size > 0 && (select([]), say("Nothing selected"), true)));
    undo.push(bind("?", () => open("keys")));
    return () => undo.forEach((one) => one());
  }, []);
  if (!selected.size) return null;
  const ids = [...selected];
  const before = marksOf(ids);
  const same = before && new Set(before.map(([, mark]) => mark)).size === 1 ? before[0][1] : null;
  return html`<div class="selection" role="region" aria-label="Selection">
    <strong>${many(ids.length, "picture")} selected</strong>
    <${MarkChoice} mark=${same} onMark=${(mark) => setMark(ids, mark, { before })} label="Mark the selection" />
    <button type="button" class="tool" onClick=${() => setMark(ids, null, { before })} title="Key 0">Unmark</button>
    <button
      type="button"
      class="tool"
      disabled=${ids.length !== 2}
      title=${ids.length === 2 ? "Key c" : "Select two pictures to compare them"}
      onClick=${() => compareSelected()}
    >
      <${icons.Columns} /> Compare
    </button>
    <button type="button" class="quiet" onClick=${() => select([])} title="Key Esc">Clear</button>
  </div>`;
}

/** Compares the two that are selected, or says what to do. */
export function compareSelected() {
  const ids = [...session.get().selected];
  if (ids.length === 2) go({ compare: ids });
  else toast(`Select two pictures to compare them: ${ids.length ? number(ids.length) : "none"} selected.`);
}

/** The next picture without a mark, behind the current one, else from the first on. */
export async function nextUnmarked(after = null) {
  const photos = shown();
  const from = after ?? photos?.get(session.get().current)?.id ?? "";
  const query = new URLSearchParams({ asked: JSON.stringify(asked(state())), sort: state().sort });
  if (from) query.set("after", from);
  try {
    const found = await ask(`next-unmarked?${query}`);
    if (found.id === null) toast(from ? "No picture without a mark comes behind this one." : "Every picture has a mark.");
    else if (after !== null) go({ photo: found.id }, { replace: true });
    else focusPhoto(found.position);
  } catch (fault) {
    toast(fault.message, { fault: true });
  }
}
