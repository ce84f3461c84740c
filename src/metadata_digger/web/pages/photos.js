// The pictures of a question, page by page, however many there are.
import { useEffect, useState } from "../vendor/preact.js";
import { ask, Fault } from "./api.js";
import { session } from "./session.js";

export const PAGE = 120;
const PAGES = 60; // held for each question: 7,200 pictures
const HELD = 6; // questions, so that going back is quick
const results = new Map();

class Photos {
  total = null; // null: not known yet
  notes = [];
  fault = null;
  #pages = new Map(); // number -> photos, the newest last
  #cursors = new Map(); // number -> cursor that begins it
  #asked = new Map(); // number -> {promise, abort}
  #listeners = new Set();

  constructor(asked, sort, fields) {
    this.question = JSON.stringify([asked, sort]);
    this.body = { ...asked, sort, limit: PAGE, ...(fields.length ? { fields } : {}) };
  }

  /** The picture in a row, undefined where it has not come yet. */
  get(row) {
    return this.#pages.get(Math.floor(row / PAGE))?.[row % PAGE];
  }

  async load(row) {
    await this.#page(Math.floor(row / PAGE));
    return this.get(row);
  }

  /** Asks for what a stretch of rows lacks, gives up what is far from it. */
  want(first, last) {
    const [from, to] = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    for (const [number, { abort }] of this.#asked)
      if (number < from - 1 || number > to + 1) {
        abort.abort();
        this.#asked.delete(number);
      }
    for (let number = from; number <= to; number += 1) this.#page(number).catch(() => {});
  }

  /** Nobody looks any more: what was asked and has not come is given up. */
  drop() {
    for (const { abort } of this.#asked.values()) abort.abort();
    this.#asked.clear();
  }

  /** Changes pictures that are here: {mark: "1"}. */
  patch(ids, change) {
    const some = new Set(ids);
    for (const page of this.#pages.values())
      page.forEach((photo, place) => {
        if (some.has(photo.id)) page[place] = { ...photo, ...change };
      });
    this.#tell();
  }

  row(id) {
    for (const [number, page] of this.#pages) {
      const place = page.findIndex((photo) => photo.id === id);
      if (place >= 0) return number * PAGE + place;
    }
    return null;
  }

  listen(listener) {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell() {
    for (const listener of [...this.#listeners]) listener();
  }

  #page(number) {
    if (this.#pages.has(number)) {
      const page = this.#pages.get(number);
      this.#pages.delete(number);
      this.#pages.set(number, page);
      return Promise.resolve(page);
    }
    if (this.#asked.has(number)) return this.#asked.get(number).promise;
    const abort = new AbortController();
    const cursor = this.#cursors.get(number);
    const place = cursor ? { cursor } : { offset: number * PAGE };
    const promise = ask("search", { ...this.body, ...place }, { signal: abort.signal })
      .then((found) => {
        this.#asked.delete(number);
        this.total = found.total;
        this.notes = found.notes ?? [];
        this.fault = null;
        this.#pages.set(number, found.photos);
        if (found.cursor) this.#cursors.set(number + 1, found.cursor);
        if (this.#pages.size > PAGES) this.#pages.delete(this.#pages.keys().next().value);
        this.#tell();
      })
      .catch((fault) => {
        if (this.#asked.get(number)?.abort === abort) this.#asked.delete(number);
        if (fault instanceof Fault && fault.status) {
          this.fault = fault;
          this.#tell();
        }
        throw fault;
      });
    this.#asked.set(number, { promise, abort });
    return promise;
  }
}

export function photosOf(asked, sort, fields = []) {
  const key = JSON.stringify([session.get().revision, asked, sort, fields]);
  const found = results.get(key) ?? new Photos(asked, sort, fields);
  results.delete(key);
  results.set(key, found);
  if (results.size > HELD) results.delete(results.keys().next().value);
  return found;
}

/** Marks changed: wherever these pictures are shown. */
export function patchPhotos(ids, change) {
  for (const photos of results.values()) photos.patch(ids, change);
}

let showing = null;

/** The pictures that are on the page now: for detail's next and previous, and keys. */
export const shown = () => showing;

/**
 * The pictures of a question: {photos, old, fault, total}. Those of the question before stay until new ones are there;
 * `old` says so after 150 ms.
 */
export function usePhotos(asked, sort, fields, first) {
  const { revision } = session.use();
  const key = JSON.stringify([revision, asked, sort, fields]);
  const [seen, look] = useState({ photos: null, old: false, turn: 0 });
  useEffect(() => {
    const photos = photosOf(asked, sort, fields);
    const timer = setTimeout(() => look((before) => ({ ...before, old: true })), 150);
    const show = () => {
      clearTimeout(timer);
      if (!photos.fault || photos.total === null) showing = photos;
      look((before) => ({ photos, old: false, turn: before.turn + 1 }));
    };
    const forget = photos.listen(show);
    if (photos.total !== null || photos.fault) show();
    if (photos.total === null) photos.load(first).catch(() => {});
    return () => {
      forget();
      clearTimeout(timer);
      photos.drop();
    };
  }, [key]);
  const { photos, old } = seen;
  return { photos, old, fault: photos?.fault ?? null, total: photos?.total ?? null, notes: photos?.notes ?? [] };
}
