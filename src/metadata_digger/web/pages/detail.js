// One picture, large, with all that is known of it: state.photo is its id. A dialog above the page.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { ask, preview, url, useAnswer } from "./api.js";
import { focusPhoto } from "./cursor.js";
import { About } from "./facts.js";
import * as icons from "./icons.js";
import { compareSelected, MarkChoice, nextUnmarked, NUMBERS, setMark, useMark } from "./marks.js";
import { Dialog, useFault } from "./dialog.js";
import { Stage } from "./stage.js";
import { Alike } from "./similar.js";
import { Tags } from "./tags.js";
import { usePhotos } from "./photos.js";
import { session, toggle } from "./session.js";
import { asked, go } from "./state.js";
import { fieldsOf } from "./table.js";
import { seen, spoken } from "./unseen.js";
import { number } from "./wording.js";

export function Detail({ state }) {
  const { photos } = usePhotos(asked(state), state.sort, fieldsOf(state), state.at);
  const id = state.photo;
  const { data: photo, fault, pending } = useAnswer(`photo/${encodeURIComponent(id)}`);
  const current = photo?.id === id ? photo : null;
  const step = useSteps(state, photos);
  const mark = useMark(current);
  const { selected } = session.use();
  const [boxes, show] = useState(true);
  const [label, point] = useState(-1); // the one under the pointer, in the list or on the picture
  const filter = useRef(null);
  const panel = useRef(null);
  const leave = useRef(null);
  useEffect(() => {
    point(-1);
    panel.current?.scrollTo(0, 0);
  }, [id]);
  const close = () => {
    go({ photo: "" });
    if (step.place !== null) leave.current = () => focusPhoto(step.place);
  };
  const give = (one) => current && setMark([id], one, { before: [[id, mark]] });
  const keys = {
    ArrowLeft: () => step.to(-1),
    ArrowRight: () => step.to(1),
    b: () => show(!boxes),
    t: () => filter.current?.focus(),
    n: () => nextUnmarked(id),
    c: compareSelected,
    " ": () => toggle(id),
    0: () => give(null),
    ...Object.fromEntries(NUMBERS.map((one) => [one, () => give(one)])),
  };
  const onKey = (event) => {
    if (event.shiftKey || !keys[event.key]) return false;
    // Space and Enter press what has the focus; arrows move a map.
    if (event.key === " " && event.target.closest("button, a, summary")) return false;
    if (event.target.closest(".leaflet-container")) return false;
    keys[event.key]();
    return true;
  };
  const listed = step.place === null ? null : photos?.get(step.place);
  const name = current?.name ?? (listed?.id === id ? listed.name : "");
  const ticked = selected.has(id);
  const heading = html`<div class="detail-title">
    <h2><bdi>${seen(name || (fault ? "Picture" : "…"), 200)}</bdi></h2>
    <p class="hint">${step.place === null ? (step.known ? "Not among the pictures found" : "\u00a0") : `${number(step.place + 1)} of ${number(step.total)}`}</p>
  </div>`;
  const tools = html`<div class="detail-tools">
    <button type="button" class="quiet icon-only" disabled=${!step.before} aria-label="Previous picture" title="Previous picture (Left)" onClick=${() => step.to(-1)}><${icons.Before} /></button>
    <button type="button" class="quiet icon-only" disabled=${!step.behind} aria-label="Next picture" title="Next picture (Right)" onClick=${() => step.to(1)}><${icons.Behind} /></button>
    <button type="button" class="tool only-wide" aria-pressed=${String(ticked)} title="Select (Space)" onClick=${() => toggle(id)}><${icons.Check} /> ${ticked ? "Selected" : "Select"}</button>
    ${selected.size === 2 ? html`<button type="button" class="tool only-wide" title="Compare the two selected (c)" onClick=${compareSelected}><${icons.Columns} /> Compare</button>` : null}
    ${current?.original ? html`<a class="tool only-wide" download href=${url(`original/${encodeURIComponent(id)}`)}><${icons.Download} /> Original</a>` : null}
  </div>`;
  return html`<${Dialog} title=${name ? `Picture ${spoken(name)}` : "Picture"} kind="full detail" heading=${heading} tools=${tools} onClose=${close} onKey=${onKey} leave=${leave}>
    <div class=${`detail-in${pending ? " old" : ""}`}>
      <div class="detail-left">
        <${Stage} key=${id} photo=${current} failed=${fault} boxes=${boxes} onBoxes=${show} label=${label} onLabel=${point} />
        <div class="detail-under">
          <${MarkChoice} mark=${mark} onMark=${give} label="Mark of this picture" />
          <${Alike} id=${id} />
        </div>
      </div>
      <div class="detail-panel" ref=${panel} tabindex="0" role="region" aria-label="What is known of the picture">
        ${useFault(fault)}
        ${
          current &&
          html`<${About} key=${id} photo=${current} label=${label} onLabel=${point} />
            <${Tags} directories=${current.directories} filter=${filter} />`
        }
      </div>
    </div>
  <//>`;
}

/** The pictures before and behind, in the order of what was found. `place`: from 0, null where it is not among them. */
function useSteps(state, photos) {
  const id = state.photo;
  const [found, set] = useState({ id: null, place: null });
  const total = photos?.total ?? 0;
  useEffect(() => {
    if (!photos) return undefined;
    const here = photos.row(id);
    if (here !== null) {
      set({ id, place: here });
      return undefined;
    }
    const abort = new AbortController();
    const query = new URLSearchParams({ asked: JSON.stringify(asked(state)), sort: state.sort, id });
    ask(`position?${query}`, null, { signal: abort.signal })
      .then(({ position }) => set({ id, place: position }))
      .catch(() => {});
    return () => abort.abort();
  }, [id, photos]);
  const known = found.id === id;
  const place = known ? found.place : null;
  useEffect(() => {
    if (place === null) return;
    session.set({ current: place });
    // The neighbours' pictures are there when they are wanted.
    for (const near of [place + 1, place - 1])
      if (near >= 0 && near < total)
        photos
          .load(near)
          .then((photo) => {
            if (photo?.picture) new Image().src = preview(photo.id, "large");
          })
          .catch(() => {});
  }, [place, photos]);
  const to = async (by) => {
    const next = place === null ? -1 : place + by;
    if (next < 0 || next >= total) return;
    const photo = await photos.load(next).catch(() => null);
    if (photo) go({ photo: photo.id }, { replace: true });
  };
  return { place, known, total, to, before: place > 0, behind: place !== null && place + 1 < total };
}
