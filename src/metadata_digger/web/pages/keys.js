// Keys of the whole page: the one table, which the list of keys (?) shows too.
export const KEYS = [
  ["/", "Search"],
  ["Arrow keys", "Move from picture to picture"],
  ["Home, End", "First and last picture"],
  ["Page up, Page down", "A screen up or down"],
  ["Enter", "Show the picture large"],
  ["Esc", "Back"],
  ["Space", "Select"],
  ["Shift with arrows", "Select a range"],
  ["1 to 9", "Mark the picture, or those selected"],
  ["0", "Take the mark away"],
  ["n", "Next picture without a mark"],
  ["c", "Compare the two selected"],
  ["m", "Show or hide the map"],
  ["?", "This list"],
];

const bound = new Map();

/** Binds a key; the newest binding that does not return false has it. Returns how to undo it. */
export function bind(key, act) {
  if (!bound.has(key)) bound.set(key, []);
  bound.get(key).push(act);
  return () => bound.set(key, bound.get(key).filter((one) => one !== act));
}

const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]");

window.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key !== "Escape" && typing(event.target)) return;
  if (event.key !== "Escape" && document.querySelector("dialog[open]")) return;
  for (const act of [...(bound.get(event.key) ?? [])].reverse()) {
    if (act(event) === false) continue;
    event.preventDefault();
    return;
  }
});
