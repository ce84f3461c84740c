// The map. A stand-in.
import { html } from "../vendor/preact.js";

export const PlaceMap = () => html``;
