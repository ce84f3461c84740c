// One place on a small map.
import { html, useEffect, useRef } from "../vendor/preact.js";
import { url } from "./api.js";
import { landLayer, leaflet, marking, onColours, streets } from "./land.js";
import { place } from "./places.js";
import { session } from "./session.js";

export function PlaceSketch({ lat, lon }) {
  const element = useRef(null);
  const { about } = session.use();
  useEffect(() => {
    let undo = () => {};
    let over = false;
    leaflet()
      .then((loaded) => {
        if (!over) undo = sketch(loaded, element.current, lat, lon, about);
      })
      .catch(() => {});
    return () => {
      over = true;
      undo();
    };
  }, [lat, lon, about?.map]);
  return html`<div class="sketch" ref=${element} role="img" aria-label=${`Map with the place ${place(lat, lon)}`}></div>`;
}

function sketch(loaded, element, lat, lon, about) {
  const { L } = loaded;
  const map = L.map(element, {
    attributionControl: false,
    zoomControl: false,
    keyboard: false,
    scrollWheelZoom: false,
    zoomAnimation: false,
    fadeAnimation: false,
    preferCanvas: true,
  }).setView([lat, lon], about?.map ? Math.min(13, about.tiles?.maxzoom ?? 13) : 4);
  element.removeAttribute("tabindex");
  const land = landLayer(loaded).addTo(map);
  if (about?.map) streets(L, url("tiles"), about.tiles).addTo(map);
  const circle = L.circleMarker([lat, lon], { ...marking(element), radius: 7, interactive: false }).addTo(map);
  const undo = onColours(() => {
    land.redraw();
    circle.setStyle(marking(element));
  });
  return () => {
    undo();
    map.remove();
  };
}
