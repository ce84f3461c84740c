// The search box: completes fields and values, marks a fault under its place while one types.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { ask } from "./api.js";
import * as icons from "./icons.js";
import { bind } from "./keys.js";
import { learn, say } from "./session.js";
import { go } from "./state.js";
import { Suggest } from "./suggest.js";
import { sentence } from "./wording.js";

const VALUE = /(?:^|[\s(+\-!])([\w.]+):("?)([^\s()":\[{]*|(?<=")[^"]*)$/;
const WORD = /(?:^|[\s(+\-!])([A-Za-z_][\w.]*)$/;
const PLAIN = /^[\p{L}\p{N}_.]+$/u;

/** Fields for the word before the caret, values behind a colon. */
export async function proposals(text, caret, signal) {
  const before = text.slice(0, caret);
  const value = VALUE.exec(before);
  if (value && value[1] !== "mark") {
    const [, field, quote, prefix] = value;
    const { facets } = await ask("facets", { facets: [{ field, size: 10, prefix }] }, { signal });
    return facets[0].values.map((one) => ({
      text: one.value,
      count: one.count,
      hint: "",
      insert: PLAIN.test(one.value) && !quote ? `${one.value} ` : `"${one.value.replace(/(["\\])/g, "\\$1")}" `,
      length: prefix.length + quote.length,
    }));
  }
  const word = WORD.exec(before);
  if (!word) return [];
  const { fields } = await ask(`fields?prefix=${encodeURIComponent(word[1])}&size=10`, null, { signal });
  learn(fields.map(({ name, title }) => ({ field: name, title })));
  return fields.map((one) => ({
    text: one.name,
    count: one.count,
    hint: one.title === one.name ? "" : one.title,
    insert: `${one.name}:`,
    length: word[1].length,
    again: true,
  }));
}

const taken = (proposal, text, caret) => {
  const from = caret - proposal.length;
  const made = text.slice(0, from) + proposal.insert + text.slice(caret);
  return { text: made, caret: from + proposal.insert.length, again: proposal.again };
};

export function SearchBox({ q, fault }) {
  const [text, set] = useState(q);
  const [check, mark] = useState(null);
  const field = useRef(null);
  const mirror = useRef(null);
  useEffect(() => {
    set(q);
  }, [q]);
  useEffect(
    () =>
      bind("/", () => {
        field.current?.focus();
        field.current?.select();
      }),
    [],
  );
  // What can't be read is not asked: the pictures stay, the fault is marked.
  const enter = async (words) => {
    const found = words.trim() ? await ask(`check?q=${encodeURIComponent(words)}`).catch(() => ({ ok: true })) : { ok: true };
    if (!found.ok) {
      mark(found);
      return say(found.description);
    }
    mark(null);
    return go({ q: words.trim() });
  };
  useEffect(() => {
    mark(null);
    if (!text.trim()) return undefined;
    const abort = new AbortController();
    const timer = setTimeout(
      () =>
        ask(`check?q=${encodeURIComponent(text)}`, null, { signal: abort.signal }).then(
          (found) => mark(found.ok ? null : found),
          () => {},
        ),
      250,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [text]);
  const wrong = check ?? (text === q && fault?.status === 400 ? { ...fault, description: fault.message } : null);
  const at = wrong && Number.isInteger(wrong.at) ? Math.min(wrong.at, text.length) : null;
  const end = at === null ? null : Math.max(at + 1, Math.min(at + (wrong.length || 1), Math.max(text.length, at + 1)));
  const follow = () => {
    if (mirror.current && field.current) mirror.current.scrollLeft = field.current.scrollLeft;
  };
  useEffect(follow);
  return html`<form
    class="search"
    role="search"
    onSubmit=${(event) => event.preventDefault()}
  >
    <span class="search-sign"><${icons.Search} /></span>
    <${Suggest}
      label="Search"
      placeholder="Search: words, or field:value"
      value=${text}
      change=${set}
      propose=${proposals}
      take=${taken}
      enter=${enter}
      hold=${(node) => {
        field.current = node;
      }}
      input=${{
        more: {
          maxLength: 10000,
          enterkeyhint: "search",
          "aria-invalid": wrong ? "true" : null,
          "aria-describedby": wrong ? "search-fault" : null,
          onScroll: follow,
        },
      }}
      mirror=${html`<span class="mirror" aria-hidden="true" ref=${mirror}>${
        at === null ? null : html`${text.slice(0, at)}<mark>${text.slice(at, end) || "\u00a0"}</mark>${text.slice(end)}`
      }</span>`}
      under=${wrong ? html`<p class="search-fault" id="search-fault">${sentence(wrong.description)}</p>` : null}
    />
    ${text || q
      ? html`<button
          type="button"
          class="quiet search-clear"
          aria-label="Empty the search box"
          onClick=${() => {
            set("");
            go({ q: "" });
            field.current?.focus();
          }}
        ><${icons.Close} /></button>`
      : html`<kbd aria-hidden="true">/</kbd>`}
  </form>`;
}
