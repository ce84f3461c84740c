// Titles of marks, and a mark for all that is found.
import { html, useEffect, useState } from "../vendor/preact.js";
import { ask } from "./api.js";
import { Dialog, open, toast } from "./dialog.js";
import { loadMarks, MarkChoice, markHits, MarkSign, named, titleOf } from "./marks.js";
import { session } from "./session.js";
import { asked, go, hasValue, question, state, useAddress, withValue, withoutValue } from "./state.js";
import { many, number } from "./wording.js";

/** Titles and counts of the marks; each can be searched for. */
export function MarksDialog() {
  const { marks, about } = session.use();
  const { filters } = useAddress();
  useEffect(() => {
    loadMarks();
  }, []);
  const writable = about?.writable !== false;
  const rename = async (mark, title) => {
    const words = title.trim() || mark;
    if (words === titleOf(mark)) return;
    try {
      await ask("marks/title", { mark, title: words });
      await loadMarks();
      toast(`Mark ${mark} is called ${words}`);
    } catch (fault) {
      toast(fault.message, { fault: true });
    }
  };
  return html`<${Dialog} title="Marks" kind="small" onClose=${() => open("")}>
    <div class="dialog-body">
    <p class="hint">
      ${
        writable
          ? "Marks are kept in a file beside the output, which itself is never changed."
          : "The output's folder is read-only: marks can be looked at, and none can be given."
      }
    </p>
    <ul class="mark-list">
      ${marks.map(({ mark, title, count }) => {
        const on = hasValue(filters, "mark", mark);
        return html`<li key=${mark}>
          <${MarkSign} mark=${mark} decorative />
          <input
            aria-label=${`Title of mark ${mark}`}
            maxlength="100"
            disabled=${!writable}
            placeholder=${`Mark ${mark}`}
            value=${title === mark ? "" : title}
            onKeyDown=${(event) => event.key === "Enter" && event.target.blur()}
            onBlur=${(event) => rename(mark, event.target.value)}
          />
          <span class="count">${number(count)}</span>
          <button
            type="button"
            class="tool"
            aria-pressed=${String(on)}
            aria-label=${`Show only pictures with mark ${mark}`}
            onClick=${() => go({ filters: on ? withoutValue(filters, "mark", mark) : withValue(filters, "mark", mark) })}
          >
            ${on ? "Shown" : "Show"}
          </button>
        </li>`;
      })}
    </ul>
    </div>
    <footer class="dialog-foot">
      <button type="button" class="tool" onClick=${() => open("markall")} disabled=${!writable}>Mark all pictures found…</button>
    </footer>
  <//>`;
}

/** One mark for all that is found: the count is asked for anew, shown, and has to stand when it is done. */
export function MarkAllDialog() {
  const [count, show] = useState(null);
  const [mark, choose] = useState("1");
  const [fault, fail] = useState("");
  const [busy, work] = useState(false);
  const key = question(state());
  const look = async () => {
    try {
      const { total } = await ask("search", { ...asked(state()), limit: 1 });
      show(total);
    } catch (found) {
      fail(found.message);
    }
  };
  useEffect(() => {
    look();
  }, [key]);
  const run = async () => {
    work(true);
    fail("");
    try {
      const found = await markHits(mark, count);
      const words = mark ? `${many(found.total, "picture")} marked: ${named(mark)}` : `No mark any more: ${many(found.total, "picture")}`;
      toast(found.changed === found.total ? words : `${words} (${number(found.changed)} changed)`);
      open("");
    } catch (found) {
      fail(found.message);
      if (found.status === 409) look();
    }
    work(false);
  };
  return html`<${Dialog} title="Mark all pictures found" kind="small" onClose=${() => open("")}>
    <div class="dialog-body">
    <p>${count === null ? "Counting…" : html`The search as it stands finds <strong>${many(count, "picture")}</strong>.`}</p>
    <${MarkChoice} mark=${mark} onMark=${choose} label="Mark to give" />
    <p class="hint">
      ${mark ? `They get ${named(mark)}. A mark that a picture has already is replaced.` : "No mark chosen: marks are taken away."}
    </p>
    ${fault && html`<p class="fault" role="alert">${fault}</p>`}
    </div>
    <footer class="dialog-foot">
      <button type="button" class="tool" onClick=${() => open("")}>Cancel</button>
      <button type="button" class="tool primary" disabled=${!count || busy} onClick=${run}>
        ${count === null ? "Mark" : `${mark ? "Mark" : "Unmark"} ${many(count, "picture")}`}
      </button>
    </footer>
  <//>`;
}
