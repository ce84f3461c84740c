// Signs drawn in a box of 16, in the colour of the text.
import { html } from "../vendor/preact.js";

const drawn = (...paths) => () => html`<svg class="icon" viewBox="0 0 16 16" aria-hidden="true">${paths.map((d) => html`<path d=${d} />`)}</svg>`;

export const Search = drawn("M7 12.5a5.5 5.5 0 1 1 0-11 5.5 5.5 0 0 1 0 11Z", "m11 11 3.5 3.5");
export const Close = drawn("m4 4 8 8", "m12 4-8 8");
export const Grid = drawn("M2 2h5v5H2z", "M9 2h5v5H9z", "M2 9h5v5H2z", "M9 9h5v5H9z");
export const Rows = drawn("M2 3.5h12", "M2 8h12", "M2 12.5h12");
export const MapSign = drawn("m1.5 4 4.5-2 4 2 4.5-2v10L10 14l-4-2-4.5 2Z", "M6 2v10", "M10 4v10");
export const Filter = drawn("M1.5 3h13", "M4 8h8", "M6.5 13h3");
export const Down = drawn("m4 6 4 4 4-4");
export const Plus = drawn("M8 3v10", "M3 8h10");
export const Not = drawn("M8 14A6 6 0 1 1 8 2a6 6 0 0 1 0 12Z", "m4 12 8-8");
export const Check = drawn("m3 8.5 3.5 3.5L13 4.5");
export const Columns = drawn("M2 2.5h12v11H2z", "M6 2.5v11", "M10 2.5v11");
export const Picture = drawn("M2 3h12v10H2z", "m2 11 3.5-3.5 3 3L11 8l3 3", "M10.5 6.2a.7.7 0 1 1 0-1.4.7.7 0 0 1 0 1.4Z");
export const Download = drawn("M8 2v8", "m4.5 7 3.5 3.5L11.5 7", "M2.5 13.5h11");
export const Bookmark = drawn("M4 2h8v12l-4-3-4 3Z");
export const Flag = drawn("M3.5 14.5V2", "M3.5 2.5h9l-2 3 2 3h-9");
export const Keyboard = drawn("M1.5 4h13v8h-13z", "M4 6.5h.01M6.7 6.5h.01M9.3 6.5h.01M12 6.5h.01", "M5 9.5h6");
export const Before = drawn("m10 3-5 5 5 5");
export const Behind = drawn("m6 3 5 5-5 5");
export const Boxes = drawn("M2 2h7v7H2z", "M7 7h7v7H7z");
export const Enlarge = drawn("M9.5 2H14v4.5", "M14 2 9 7", "M6.5 14H2V9.5", "m2 14 5-5");
export const Copy = drawn("M5.5 5.500h8v8h-8z", "M10.5 5.500v-3h-8v8h3");
export const Warning = drawn("M8 2.2 14.5 13.500h-13Z", "M8 6.500v3.200M8 11.600h.01");
export const Minus = drawn("M3 8h10");
export const Rectangle = drawn("M2.5 4.500h11v7h-11z", "M2.5 4.500h.01M13.5 4.500h.01M2.5 11.500h.01M13.5 11.500h.01");
export const Whole = drawn("M2 5.500V2h3.5", "M10.5 2H14v3.5", "M14 10.500V14h-3.5", "M5.5 14H2v-3.5");
export const Swap = drawn("M2 5.500h11", "m10.5 3 2.5 2.500L10.5 8", "M14 10.500H3", "M5.5 8 3 10.5 5.5 13");
