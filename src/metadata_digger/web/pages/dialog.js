// What lies above the page: dialogs and short messages.
import { html, useEffect, useLayoutEffect, useRef, useState } from "../vendor/preact.js";
import { Close } from "./icons.js";
import { say, session } from "./session.js";
import { observable } from "./store.js";

const above = observable({ open: "", toasts: [], depth: 0 });
export const useOpen = above.use;

/** Opens one of "keys", "export", "marks", "searches", "markall"; "" closes it. */
export const open = (name) => above.set({ open: name });

const STAYS = 6000; // ms
let toasts = 0;

/** A sentence that is shown for a while and said; `action`: {label, run}, a button in it. `fault`: until it is closed. */
export function toast(words, { action = null, fault = false } = {}) {
  const one = { number: (toasts += 1), words, action, fault };
  above.set({ toasts: [...above.get().toasts.slice(-2), one] });
  say(words);
  if (!fault) setTimeout(() => forget(one.number), action ? 2 * STAYS : STAYS);
}

const forget = (number) => above.set({ toasts: above.get().toasts.filter((one) => one.number !== number) });

/** `depth`: of the dialog it stands in. What lies behind a dialog is neither heard nor clicked, so the front one has it. */
export function Toasts({ depth = 0 }) {
  const { toasts: shown, depth: front } = above.use();
  if (front !== depth || !shown.length) return null;
  return html`<div class="toasts">
    ${shown.map(
      ({ number, words, action, fault }) => html`<div class=${`toast${fault ? " is-fault" : ""}`} key=${number}>
        <span>${words}</span>
        ${action && html`<button type="button" class="link" onClick=${() => (forget(number), action.run())}>${action.label}</button>`}
        <button type="button" class="quiet icon-only" aria-label="Close this message" onClick=${() => forget(number)}><${Close} /></button>
      </div>`,
    )}
  </div>`;
}

/**
 * A modal dialog; where the focus was, it is again afterwards. `kind`: a class. `onKey`: keys while it is open, those
 * typed into a field aside. `heading`: nodes in place of the title, `title` then is its name. `leave`: a ref to what
 * is done with the focus afterwards instead.
 */
export function Dialog({ title, kind = "", heading = null, onClose, onKey = null, tools = null, leave = null, children }) {
  const element = useRef(null);
  const down = useRef(null);
  const [depth, lie] = useState(0);
  const { said } = session.use();
  useLayoutEffect(() => {
    const before = document.activeElement;
    const dialog = element.current;
    dialog.showModal();
    (dialog.querySelector("[data-first]") ?? dialog).focus({ preventScroll: true });
    const now = above.get().depth + 1;
    lie(now);
    above.set({ depth: now });
    return () => {
      above.set({ depth: above.get().depth - 1 });
      dialog.close();
      if (leave?.current) leave.current();
      else if (before?.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const key = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (event.target.closest("input, textarea, select")) return;
    if (onKey?.(event)) event.preventDefault();
  };
  return html`<dialog
    class=${`dialog ${kind}`}
    aria-label=${title}
    tabindex="-1"
    ref=${element}
    onCancel=${(event) => {
      if (event.target !== element.current) return;
      event.preventDefault();
      onClose();
    }}
    onKeyDown=${key}
    onPointerDown=${(event) => {
      down.current = event.target;
    }}
    onClick=${(event) => {
      if (event.target === element.current && down.current === element.current) onClose();
    }}
  >
    <div class="dialog-in">
      <header class="dialog-head">
        ${heading ?? html`<h2>${title}</h2>`}
        ${tools}
        <button type="button" class="quiet icon-only" aria-label="Close" title="Close (Esc)" onClick=${onClose}><${Close} /></button>
      </header>
      ${children}
    </div>
    <div class="visually-hidden" role="status" aria-live="polite">${said}</div>
    <${Toasts} depth=${depth} />
  </dialog>`;
}

/** Says a fault of an answer once. */
export function useFault(fault) {
  useEffect(() => {
    if (fault) say(fault.message);
  }, [fault]);
  return fault && html`<p class="fault" role="alert">${fault.message}</p>`;
}
