// The timeline. A stand-in.
import { html } from "../vendor/preact.js";

export const Timeline = () => html``;
