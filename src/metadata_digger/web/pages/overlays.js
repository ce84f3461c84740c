// All that lies above the page, mounted once.
import { html } from "../vendor/preact.js";
import { Compare } from "./compare.js";
import { Detail } from "./detail.js";
import { open, toast, Toasts, useOpen } from "./dialog.js";
import { ExportDialog } from "./export.js";
import { KeysDialog } from "./key-list.js";
import { MarkAllDialog, MarksDialog } from "./mark-dialogs.js";
import { SearchesDialog } from "./searches.js";
import { useAddress } from "./state.js";

export { open, toast };

const DIALOGS = { export: ExportDialog, keys: KeysDialog, markall: MarkAllDialog, marks: MarksDialog, searches: SearchesDialog };

export function Overlays() {
  const state = useAddress();
  const One = DIALOGS[useOpen().open];
  return html`${state.photo ? html`<${Detail} state=${state} />` : null}
    ${state.compare ? html`<${Compare} state=${state} />` : null}
    ${One ? html`<${One} state=${state} />` : null}
    <${Toasts} />`;
}
