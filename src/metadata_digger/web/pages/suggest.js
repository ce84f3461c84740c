// A text field with proposals below it (combobox of the ARIA practices): arrows choose, Enter takes, Escape closes.
import { html, useEffect, useRef, useState } from "../vendor/preact.js";
import { seen } from "./unseen.js";
import { number } from "./wording.js";

let made = 0;

/**
 * `propose(text, caret, signal)`: a promise of [{text, hint, count, insert}]. `take(proposal)`: the text afterwards and
 * the caret, or null where the field is to be emptied. `enter(text)`: Enter without a proposal. `under`: more, above the list.
 */
export function Suggest({ label, value, change, propose, take, enter, placeholder, input = {}, under = null, hold, mirror = null }) {
  const [id] = useState(() => `suggest${(made += 1)}`);
  const [proposals, set] = useState([]);
  const [chosen, choose] = useState(-1);
  const field = useRef(null);
  const timer = useRef({});
  const open = proposals.length > 0;
  const close = () => {
    clearTimeout(timer.current.id);
    timer.current.abort?.abort();
    set([]);
    choose(-1);
  };
  useEffect(() => close, []);
  const look = (now = 120) => {
    clearTimeout(timer.current.id);
    timer.current.abort?.abort();
    const abort = new AbortController();
    timer.current.abort = abort;
    timer.current.id = setTimeout(async () => {
      const at = field.current;
      if (!at || document.activeElement !== at) return;
      const found = await propose(at.value, at.selectionStart ?? at.value.length, abort.signal).catch(() => []);
      if (abort.signal.aborted) return;
      set(found);
      choose(-1);
    }, now);
  };
  const accept = (proposal) => {
    const after = take(proposal, field.current.value, field.current.selectionStart);
    close();
    change(after ? after.text : "");
    const at = field.current;
    at.value = after ? after.text : "";
    at.focus();
    if (after) at.setSelectionRange(after.caret, after.caret);
    if (after?.again) look(0);
  };
  const key = (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!open) return look(0);
      const step = event.key === "ArrowDown" ? 1 : -1;
      const next = chosen + step;
      choose(next < -1 ? proposals.length - 1 : next >= proposals.length ? -1 : next);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (open && chosen >= 0) accept(proposals[chosen]);
      else {
        close();
        enter?.(field.current.value);
      }
    } else if (event.key === "Tab" && open && chosen >= 0) {
      event.preventDefault();
      accept(proposals[chosen]);
    } else if (event.key === "Escape") {
      event.stopPropagation();
      if (open) close();
      else field.current.blur();
    }
    return undefined;
  };
  useEffect(() => {
    if (chosen >= 0) document.getElementById(`${id}-${chosen}`)?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
  return html`<div class="suggest">
    <div class="suggest-field">
      ${mirror}
      <input
        ref=${(node) => {
          field.current = node;
          hold?.(node);
        }}
        type="text"
        role="combobox"
        aria-label=${label}
        aria-autocomplete="list"
        aria-expanded=${open ? "true" : "false"}
        aria-controls=${`${id}-list`}
        aria-activedescendant=${open && chosen >= 0 ? `${id}-${chosen}` : null}
        autocomplete="off"
        autocapitalize="off"
        spellcheck=${false}
        placeholder=${placeholder}
        value=${value}
        onInput=${(event) => {
          change(event.target.value);
          look();
        }}
        onKeyDown=${key}
        onFocus=${() => input.eager && look(0)}
        onBlur=${close}
        ...${input.more ?? {}}
      />
    </div>
    ${under}
    <ul id=${`${id}-list`} class="proposals" role="listbox" aria-label=${`Proposals: ${label}`} hidden=${!open}>
      ${proposals.map(
        (proposal, place) => html`<li
          id=${`${id}-${place}`}
          key=${proposal.text}
          role="option"
          aria-selected=${place === chosen ? "true" : "false"}
          onMouseDown=${(event) => {
            event.preventDefault();
            accept(proposal);
          }}
        >
          <span class="proposal-text">${seen(proposal.text, 200)}</span>
          <span class="proposal-hint">${seen(proposal.hint, 200)}</span>
          ${proposal.count === null || proposal.count === undefined ? null : html`<span class="count">${number(proposal.count)}</span>`}
        </li>`,
      )}
    </ul>
  </div>`;
}
