// All tags of a picture by directory, with a filter.
import { html, useMemo, useState } from "../vendor/preact.js";
import { only } from "./facts.js";
import * as icons from "./icons.js";
import { toast } from "./dialog.js";
import { go, state, withValue } from "./state.js";
import { seen, spoken, Value } from "./unseen.js";
import { many } from "./wording.js";

const FIRST = 150; // tags of a directory that are drawn at once
const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

export function Tags({ directories, filter }) {
  const [wanted, want] = useState("");
  const words = plain(wanted).split(/\s+/).filter(Boolean);
  const total = directories.reduce((sum, { tags }) => sum + tags.length, 0);
  const shown = useMemo(
    () =>
      directories
        .map(({ name, tags }) => ({
          name,
          tags: words.length
            ? tags.filter((tag) => {
                const text = plain(`${name} ${tag.name} ${tag.value}`);
                return words.every((word) => text.includes(word));
              })
            : tags,
        }))
        .filter(({ tags }) => tags.length),
    [directories, wanted],
  );
  const found = shown.reduce((sum, { tags }) => sum + tags.length, 0);
  return html`<section class="tags">
    <div class="tags-head">
      <h3>Tags</h3>
      <input
        type="search"
        ref=${filter}
        placeholder="Filter tags"
        aria-label="Filter tags"
        title="Filter tags (t)"
        value=${wanted}
        onFocus=${(event) => event.target.closest(".tags").scrollIntoView({ block: "start" })}
        onInput=${(event) => want(event.target.value)}
        onKeyDown=${(event) => {
          if (event.key !== "Escape" || !wanted) return;
          want("");
          event.preventDefault();
        }}
      />
      <span class="hint" role="status">${words.length ? `${found} of ${many(total, "tag")}` : many(total, "tag")}</span>
    </div>
    ${shown.map(({ name, tags }) => html`<${Directory} key=${name} name=${name} tags=${tags} />`)}
    ${total === 0 ? html`<p class="hint">The file says nothing of itself.</p>` : found === 0 ? html`<p class="hint">No tag has these words.</p>` : null}
  </section>`;
}

function Directory({ name, tags }) {
  const [all, show] = useState(false);
  const drawn = all ? tags : tags.slice(0, FIRST);
  return html`<details class="directory" open>
    <summary><bdi>${seen(name, 200)}</bdi> <span class="count">${tags.length}</span></summary>
    <dl class="tag-list">
      ${drawn.map((tag, place) => html`<${Tag} key=${`${tag.field} ${place}`} tag=${tag} />`)}
    </dl>
    ${drawn.length < tags.length && html`<button type="button" class="link" onClick=${() => show(true)}>All ${many(tags.length, "tag")}</button>`}
  </details>`;
}

function Tag({ tag }) {
  const name = spoken(tag.name);
  const narrow = () => {
    const { filters } = state();
    go({ filters: withValue(filters, tag.field, tag.value), photo: state().photo });
    toast(`The search is narrowed: ${name}`);
  };
  const facet = () => {
    const { facets } = state();
    if (!facets.includes(tag.field)) go({ facets: [...facets, tag.field] }, { replace: true });
    toast(`${name} stands with the facets`);
  };
  return html`<div class="tag">
    <dt><bdi>${seen(tag.name, 200)}</bdi></dt>
    <dd>
      <${Value} text=${tag.value} />
      <span class="tag-tools">
        <button type="button" class="quiet icon-only" aria-label=${`Search for this value of ${name}`} title="Search all pictures for this value" onClick=${() => only(tag.field, tag.value)}><${icons.Search} /></button>
        <button type="button" class="quiet icon-only" aria-label=${`Narrow the search by this value of ${name}`} title="Narrow the search by this value" onClick=${narrow}><${icons.Filter} /></button>
        <button type="button" class="quiet icon-only" aria-label=${`Add ${name} as a facet`} title="Add as a facet" onClick=${facet}><${icons.Plus} /></button>
      </span>
    </dd>
  </div>`;
}
