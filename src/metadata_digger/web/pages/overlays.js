// What lies above the page. A stand-in.
import { html } from "../vendor/preact.js";

export const Overlays = () => html``;
export const open = () => {};
export const toast = () => {};
