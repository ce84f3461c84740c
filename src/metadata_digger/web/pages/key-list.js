// The list of keys.
import { html } from "../vendor/preact.js";
import { Dialog, open } from "./dialog.js";
import { KEYS } from "./keys.js";

// What holds within the views of their own, beside the table of the page.
const MORE = [
  ["Picture shown large", [["Left, Right", "Previous and next picture"], ["b", "Show or hide the boxes of labels"], ["t", "Filter the tags"], ["1 to 9, 0", "Mark it, or take the mark away"], ["n", "Next picture without a mark"]]],
  ["Comparing", [["n, p", "Next and previous row that differs"], ["d", "Only rows that differ, or all"], ["x", "Swap the two"]]],
  ["Timeline", [["Left, Right", "Move an end of the selection"], ["Page up, Page down", "The same, ten at a time"], ["+, −", "Closer, wider"]]],
  ["Map", [["Arrow keys", "Move"], ["+, −", "Closer, wider"]]],
];

export function KeysDialog() {
  const table = (title, keys) => html`<table class="keys" key=${title}>
    <caption>${title}</caption>
    <tbody>
      ${keys.map(
        ([key, words]) => html`<tr key=${key}>
          <th scope="row">${key.split(/( to | with |, )/).map((part) => (/^( to | with |, )$/.test(part) ? part : html`<kbd>${part}</kbd>`))}</th>
          <td>${words}</td>
        </tr>`,
      )}
    </tbody>
  </table>`;
  return html`<${Dialog} title="Keys" kind="wide" onClose=${() => open("")}>
    <div class="dialog-body keys-in" tabindex="0">${table("Everywhere", KEYS)}<div>${MORE.map(([title, keys]) => table(title, keys))}</div></div>
  <//>`;
}
