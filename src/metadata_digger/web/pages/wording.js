// Numbers, days and sizes for people.
const counted = new Intl.NumberFormat("en");
export const number = (value) => counted.format(value);
export const many = (count, one, several = `${one}s`) => `${number(count)} ${count === 1 ? one : several}`;

/** "2020-02-03T10:11:12" as "3 Feb 2020", the camera's clock, never shifted. */
export function day(text) {
  if (!text) return "";
  const [year, month, date] = text.slice(0, 10).split("-").map(Number);
  return `${date} ${MONTHS[month - 1]} ${String(year).padStart(4, "0")}`;
}
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export const moment = (text) => (text ? `${day(text)}, ${text.slice(11, 19)}` : "");

export function size(bytes) {
  if (bytes === null || bytes === undefined) return "";
  if (bytes < 1000) return `${bytes} B`;
  const units = ["kB", "MB", "GB", "TB"];
  let [value, place] = [bytes / 1000, 0];
  while (value >= 999.5 && place < units.length - 1) [value, place] = [value / 1000, place + 1];
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[place]}`;
}

/** What of a path stands in a narrow place: its last two parts. */
export const tail = (path, parts = 2) => {
  const all = path.replace(/\/$/, "").split("/");
  return all.length > parts + 1 ? `…/${all.slice(-parts).join("/")}` : path;
};

/** A fault's words as a sentence. */
export const sentence = (words) => `${words.replace(/^\p{Ll}/u, (sign) => sign.toUpperCase())}${/[.?!…]$/.test(words) ? "" : "."}`;
