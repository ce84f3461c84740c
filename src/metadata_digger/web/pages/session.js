// What a visit knows and an address does not: the collection, what is selected, what is said aloud.
import { observable } from "./store.js";

export const session = observable({
  about: null, // GET /about, null before it came
  revision: 0, // another one whenever everything is to be asked again
  notice: "", // a sentence above the pictures: the server is gone, the index was replaced
  gone: false, // the server does not answer
  said: "", // the live region
  selected: new Set(), // ids
  current: 0, // row of the picture that keys act upon
  marks: [], // GET /marks
  drawer: false, // facets, where the window is narrow
  titles: {}, // field -> title, as they come by
});

export const refresh = () => session.set({ revision: session.get().revision + 1 });

/** The same words twice are said twice. */
export function say(words) {
  session.set({ said: words === session.get().said ? `${words}\u00a0` : words });
}

export function select(ids) {
  session.set({ selected: new Set(ids) });
}

export function toggle(id) {
  const selected = new Set(session.get().selected);
  if (!selected.delete(id)) selected.add(id);
  session.set({ selected });
}

export const learn = (fields) => {
  const titles = session.get().titles;
  const news = fields.filter(({ field, title }) => title && title !== field && titles[field] !== title);
  if (news.length) session.set({ titles: { ...titles, ...Object.fromEntries(news.map((one) => [one.field, one.title])) } });
};

// Tags that are facets from the start, in the words of people.
const COMMON = {
  md_exif_ifd0_model: "Camera",
  md_exif_ifd0_make: "Maker",
  md_exif_ifd0_software: "Software",
  file_path: "Folder",
  directory_names: "Directories",
  tag_names: "Tags",
  mark: "Mark",
  location: "Place",
};

/** A field's title, or its name as words: md_exif_subifd_flash is "Exif SubIFD Flash". */
export function titled(field) {
  const known = COMMON[field] ?? session.get().titles[field];
  if (known) return known;
  const bare = field.replace(/^exact\./, "");
  if (bare.startsWith("score_")) return `Score of ${bare.slice(6)}`;
  if (!bare.startsWith("md_")) return bare.replace(/_/g, " ").replace(/^./, (sign) => sign.toUpperCase());
  const words = bare.slice(3).split("_");
  const whole = { exif: "Exif", gps: "GPS", iptc: "IPTC", xmp: "XMP", icc: "ICC", jpeg: "JPEG", png: "PNG", md: "MD", ifd0: "IFD0", subifd: "SubIFD", jfif: "JFIF", id: "ID" };
  return words.map((word) => whole[word] ?? word.replace(/^./, (sign) => sign.toUpperCase())).join(" ");
}
