// The column of facets: values of the pictures found, with their counts, to include or exclude.
import { html, useEffect, useMemo, useState } from "../vendor/preact.js";
import { ask, useAnswer } from "./api.js";
import * as icons from "./icons.js";
import { learn, session, titled } from "./session.js";
import { asked, go, hasValue, withoutValue, withValue } from "./state.js";
import { Suggest } from "./suggest.js";
import { seen, spoken } from "./unseen.js";
import { number, tail } from "./wording.js";

const FEW = 8;
const MANY = 50;
const FOLDER = "file_path";
const ABOVE = 20; // folders that hold all of another one's pictures and are not shown
const CLOSED = ["directory_names", "tag_names"]; // of hundreds of values: counted when they are opened

export function Facets({ state }) {
  const { about } = session.use();
  const usual = about?.default_facets ?? [];
  const fields = [...usual, ...CLOSED.filter((field) => !usual.includes(field))];
  const all = [...fields, ...state.facets.filter((field) => !fields.includes(field))];
  const [opened, open] = useState({}); // field -> whether, where it is not as usual
  const [sizes, grow] = useState({});
  const [within, look] = useState({});
  const isOpen = (field) => opened[field] ?? !CLOSED.includes(field);
  const facets = all
    .filter(isOpen)
    .map((field) => ({ field, size: (sizes[field] ?? FEW) + (field === FOLDER ? ABOVE : 0), ...(within[field] ? { contains: within[field] } : {}) }));
  const body = { ...asked(state), facets };
  const answer = useAnswer(facets.length ? "facets" : null, body);
  const found = useMemo(() => Object.fromEntries((answer.data?.facets ?? []).map((one) => [one.field, one.field === FOLDER ? telling(one, sizes[FOLDER] ?? FEW) : one])), [answer.data, sizes]);
  useEffect(() => answer.data && learn(answer.data.facets), [answer.data]);
  return html`<div class=${`facets${answer.old ? " old" : ""}`} aria-busy=${answer.pending ? "true" : null}>
    ${all.map(
      (field) => html`<${Facet}
        key=${field}
        field=${field}
        facet=${found[field]}
        fault=${answer.fault}
        state=${state}
        isOpen=${isOpen(field)}
        open=${(is) => open({ ...opened, [field]: is })}
        size=${sizes[field] ?? FEW}
        grow=${(size) => grow({ ...sizes, [field]: size })}
        within=${within[field] ?? ""}
        look=${(text) => look({ ...within, [field]: text })}
        away=${state.facets.includes(field) ? () => go({ facets: state.facets.filter((one) => one !== field) }) : null}
      />`,
    )}
    <${AddFacet} state=${state} all=${all} />
  </div>`;
}

/** Without folders that tell nothing: those above a folder that has all of their pictures. */
function telling(facet, size) {
  const values = facet.values.filter(
    (one) =>
      one.selected ||
      one.excluded ||
      !facet.values.some((other) => other.count === one.count && other.value.startsWith(`${one.value.replace(/\/$/, "")}/`) && other.value.length > one.value.length),
  );
  return { ...facet, values: values.slice(0, size), more: facet.more || values.length > size };
}

function Facet({ field, facet, fault, state, isOpen, open, size, grow, within, look, away }) {
  const title = titled(field);
  const most = Math.max(1, ...(facet?.values ?? []).map((one) => one.count));
  const chosen = state.filters.filter((one) => one.field === field).reduce((sum, one) => sum + one.values.length, 0);
  const id = `facet-${field}`;
  return html`<section class="facet" aria-labelledby=${id}>
    <h3 id=${id}>
      <button type="button" aria-expanded=${isOpen ? "true" : "false"} onClick=${() => open(!isOpen)}>
        <span class="facet-title">${title}</span>
        ${chosen ? html`<span class="facet-chosen" aria-label=${`${chosen} chosen`}>${chosen}</span>` : null}
        <${icons.Down} />
      </button>
      ${away ? html`<button type="button" class="quiet small" aria-label=${`Remove the facet ${title}`} onClick=${away}><${icons.Close} /></button>` : null}
    </h3>
    ${isOpen
      ? html`<div class="facet-body">
          ${size > FEW
            ? html`<input type="search" class="facet-search" placeholder="Find in these" aria-label=${`Find in ${title}`} value=${within} ref=${(node) => node && !within && !node.seen && ((node.seen = true), node.focus())} onInput=${(event) => look(event.target.value)} />`
            : null}
          ${facet
            ? html`<ul>
                ${facet.values.map((one) => html`<${Value} key=${one.value} field=${field} title=${title} one=${one} most=${most} state=${state} />`)}
                ${facet.values.length ? null : html`<li class="facet-none">${within ? "No value contains this." : "None."}</li>`}
              </ul>`
            : html`<p class="facet-none">${fault ? "Not counted." : "Counting …"}</p>`}
          <div class="facet-end">
            ${facet?.more && size < MANY ? html`<button type="button" class="quiet" onClick=${() => grow(MANY)}>More</button>` : null}
            ${facet?.more && size >= MANY ? html`<span class="facet-none">${`The ${MANY} most frequent. Find others above.`}</span>` : null}
            ${size > FEW ? html`<button type="button" class="quiet" onClick=${() => grow(FEW)}>Fewer</button>` : null}
            ${facet?.without && facet.values.length ? html`<span class="facet-none">${`${number(facet.without)} without`}</span>` : null}
          </div>
        </div>`
      : null}
  </section>`;
}

const shown = (field, value) => (field === FOLDER || field === "exact_base_path" ? tail(value.replace(/^file:\/+/, "/")) : value);

function Value({ field, title, one, most, state }) {
  const included = hasValue(state.filters, field, one.value);
  const excluded = hasValue(state.filters, field, one.value, true);
  const include = () =>
    go({ filters: included ? withoutValue(state.filters, field, one.value) : withValue(state.filters, field, one.value) });
  const exclude = () =>
    go({ filters: excluded ? withoutValue(state.filters, field, one.value, true) : withValue(state.filters, field, one.value, true) });
  return html`<li class=${`value${included ? " is-in" : ""}${excluded ? " is-out" : ""}`}>
    <label title=${spoken(one.value).slice(0, 1000)}>
      <input type="checkbox" checked=${included} onChange=${include} />
      <span class="value-text">${one.value ? seen(shown(field, one.value), 200) : "(empty)"}</span>
      <span class="count">${number(one.count)}</span>
      <span class="share" aria-hidden="true"><span style=${{ width: `${(100 * one.count) / most}%` }}></span></span>
    </label>
    <button
      type="button"
      class="value-not"
      aria-pressed=${excluded ? "true" : "false"}
      aria-label=${spoken(`Exclude ${title} ${one.value.slice(0, 200)}`)}
      title=${excluded ? "No longer exclude" : "Exclude"}
      onClick=${exclude}
    ><${icons.Not} /></button>
  </li>`;
}

/** Any field or tag, by its name or title. */
export const fieldsLike = async (text, signal, without) => {
  const { fields } = await ask(`fields?prefix=${encodeURIComponent(text.trim())}&size=20`, null, { signal });
  learn(fields.map(({ name, title }) => ({ field: name, title })));
  return fields
    .filter((one) => !without.includes(one.name))
    .map((one) => ({ text: one.title || one.name, hint: one.title && one.title !== one.name ? one.name : "", count: one.count, field: one.name }));
};

function AddFacet({ state, all }) {
  const [text, set] = useState("");
  return html`<div class="facet-add">
    <${Suggest}
      label="Add a facet: any field or tag"
      placeholder="Add any field or tag"
      value=${text}
      change=${set}
      propose=${(words, caret, signal) => fieldsLike(words, signal, all)}
      take=${(proposal) => {
        go({ facets: [...state.facets, proposal.field] });
        return null;
      }}
      input=${{ eager: true }}
    />
  </div>`;
}
