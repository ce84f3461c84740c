// Days as "2020-02-03" and as numbers since 1970; years before 1000 have four digits too. No time zones anywhere.
import { day as inWords } from "./wording.js";

const DAY = 86400000; // ms
const BARS = 400; // at most, as wide as the stretch is

export const numberOf = (day) => {
  const [year, month, date] = day.split("-").map(Number);
  // Date.UTC takes years below 100 as of the 20th century.
  return new Date(0).setUTCFullYear(year, month - 1, date) / DAY;
};

export const dayOf = (number) => {
  const date = new Date(number * DAY);
  const two = (value) => String(value).padStart(2, "0");
  return `${String(date.getUTCFullYear()).padStart(4, "0")}-${two(date.getUTCMonth() + 1)}-${two(date.getUTCDate())}`;
};

export const spread = ([first, last]) => numberOf(last) - numberOf(first) + 1;
export const addDays = (day, count) => dayOf(numberOf(day) + count);
export const clampDay = (day, [first, last]) => (day < first ? first : day > last ? last : day);

/** First and last day of the year, month or day that a day lies in. */
export function steps(day, unit) {
  if (unit === "day") return [day, day];
  const [year, month] = day.split("-").map(Number);
  if (unit === "year") return [`${day.slice(0, 4)}-01-01`, `${day.slice(0, 4)}-12-31`];
  return [`${day.slice(0, 7)}-01`, dayOf(new Date(0).setUTCFullYear(year, month, 0) / DAY)];
}

/** The finest unit that gives so few bars as can be seen. */
export function unitFor([first, last]) {
  const days = numberOf(last) - numberOf(first) + 1;
  return days <= BARS ? "day" : days <= BARS * 30.44 ? "month" : "year";
}

/** The stretch of years, or months, that nearly all lie in: clocks that were never set (1970, 2107) do not press the rest together. */
export function trimmed(years) {
  const total = years.reduce((sum, { count }) => sum + count, 0);
  const outside = total * 0.01;
  let [first, last] = [0, years.length - 1];
  for (let left = 0; first < last && (left += years[first].count) <= outside; first += 1);
  for (let left = 0; last > first && (left += years[last].count) <= outside; last -= 1);
  return [years[first].first, years[last].last];
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "3 Feb 2020", "Feb 2020", "2020" or "3 Feb 2020 – 1 Mar 2020". */
export function worded([first, last], unit) {
  if (unit === "year") return first.slice(0, 4);
  if (unit === "month") return `${MONTHS[Number(first.slice(5, 7)) - 1]} ${first.slice(0, 4)}`;
  return first === last ? inWords(first) : `${inWords(first)} – ${inWords(last)}`;
}

const ROOM = 76; // CSS pixels between words under the bars

/** Where words stand under the bars: [{day, words}]. */
export function ticks([first, last], unit, wide) {
  const days = numberOf(last) - numberOf(first) + 1;
  const most = Math.max(1, Math.floor(wide / ROOM));
  const found = [];
  const [year, end] = [Number(first.slice(0, 4)), Number(last.slice(0, 4))];
  const years = end - year + 1;
  if (days > 1.5 * 366 || years > most) {
    const by = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000].find((step) => years / step <= most) ?? 5000;
    for (let one = Math.ceil(year / by) * by; one <= end; one += by)
      found.push({ day: `${String(one).padStart(4, "0")}-01-01`, words: String(one) });
  } else if (days > 62) {
    const by = [1, 2, 3, 6, 12].find((step) => days / 30.4 / step <= most) ?? 12;
    for (let one = 0; one < years * 12; one += by) {
      const [in_, month] = [year + Math.floor(one / 12), one % 12];
      const words = month === 0 || !found.length ? `${MONTHS[month]} ${in_}` : MONTHS[month];
      const day = `${String(in_).padStart(4, "0")}-${String(month + 1).padStart(2, "0")}-01`;
      if (day >= first && day <= last) found.push({ day, words });
    }
  } else {
    const by = [1, 2, 7, 14].find((step) => days / step <= most) ?? 31;
    for (let one = numberOf(first); one <= numberOf(last); one += by) {
      const day = dayOf(one);
      const words = found.length && day.slice(0, 7) === found.at(-1).day.slice(0, 7) ? String(Number(day.slice(8))) : `${Number(day.slice(8))} ${MONTHS[Number(day.slice(5, 7)) - 1]}`;
      found.push({ day, words });
    }
  }
  // What would stand over the edge is left out.
  return found.filter(({ day }) => day >= first && (numberOf(day) - numberOf(first)) / days <= 1 - 40 / wide);
}
