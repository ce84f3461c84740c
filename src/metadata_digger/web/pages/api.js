// Asking the server. A fault has the server's sentence; an answer that nobody waits for any more is given up.
import { useEffect, useRef, useState } from "../vendor/preact.js";
import { refresh, session } from "./session.js";

const ROOT = new URL("api/v2/", document.baseURI);
const GONE = "The server does not answer any more. Is it still running? This page goes on by itself when it is back.";
const REPLACED = "The index was replaced or updated: everything was asked again.";
const SLOW = 150; // ms until an old answer is shown as old
const KEPT = 60; // answers

export class Fault extends Error {
  constructor(status, { description, at = null, length = 0 }) {
    super(description);
    this.status = status;
    this.at = at;
    this.length = length;
  }
}

export const url = (path) => new URL(path, ROOT).href;
/** A picture; where there is none, the reason as JSON, without a line in the browser's console. */
export const preview = (id, size) => url(`preview/${encodeURIComponent(id)}?size=${size}&absent=200`);

/** GET without `body`, else POST. Raises Fault; AbortError where `signal` says so. */
export async function ask(path, body = null, { signal, method } = {}) {
  const post = body !== null;
  let answer;
  try {
    answer = await fetch(url(path), {
      method: method ?? (post ? "POST" : "GET"),
      headers: post ? { "Content-Type": "application/json" } : {},
      body: post ? JSON.stringify(body) : undefined,
      credentials: "same-origin",
      signal,
    });
  } catch (fault) {
    if (fault.name === "AbortError") throw fault;
    gone();
    throw new Fault(0, { description: GONE });
  }
  const found = await answer.json().catch((fault) => {
    if (fault.name === "AbortError") throw fault;
    return { description: `The server answered with ${answer.status} and nothing that can be read.` };
  });
  if (!answer.ok) throw new Fault(answer.status, found);
  if (found.state) noticed(found.state);
  return found;
}

let known = null;

function noticed(state) {
  if (known !== null && known !== state) {
    known = state;
    answers.clear();
    session.set({ notice: REPLACED });
    about();
    refresh();
  }
  known = state;
}

let waiting = false;

function gone() {
  if (waiting) return;
  waiting = true;
  session.set({ gone: true, notice: GONE });
  const again = async () => {
    const answer = await fetch(url("about"), { credentials: "same-origin" }).catch(() => null);
    if (!answer?.ok) return setTimeout(again, 1500);
    waiting = false;
    session.set({ gone: false, notice: "" });
    about();
    refresh();
  };
  setTimeout(again, 1500);
}

/** What the collection is; into the session. */
export async function about() {
  const found = await ask("about");
  session.set({ about: found });
  return found;
}

const answers = new Map(); // the newest last

function keep(key, answer) {
  answers.delete(key);
  answers.set(key, answer);
  if (answers.size > KEPT) answers.delete(answers.keys().next().value);
}

/**
 * The answer to a question as it changes: {data, fault, old, pending}. `data` stays the last one until there is a new one;
 * `old` says so after 150 ms. `path` null: nothing is asked.
 */
export function useAnswer(path, body = null) {
  const { revision } = session.use();
  const key = path && `${revision} ${path} ${JSON.stringify(body)}`;
  const [answer, set] = useState({ key: null, data: null, fault: null, old: false });
  const last = useRef(null);
  useEffect(() => {
    if (!key) return undefined;
    last.current = key;
    if (answers.has(key)) {
      set({ key, data: answers.get(key), fault: null, old: false });
      return undefined;
    }
    const abort = new AbortController();
    const timer = setTimeout(() => set((before) => ({ ...before, old: true })), SLOW);
    ask(path, body, { signal: abort.signal })
      .then((data) => {
        keep(key, data);
        if (last.current === key) set({ key, data, fault: null, old: false });
      })
      .catch((fault) => {
        if (fault.name !== "AbortError" && last.current === key)
          set((before) => ({ key, data: fault.status ? null : before.data, fault, old: !fault.status }));
      })
      .finally(() => clearTimeout(timer));
    return () => {
      abort.abort();
      clearTimeout(timer);
    };
  }, [key]);
  if (!key) return { data: null, fault: null, old: false, pending: false };
  return { ...answer, pending: answer.key !== key };
}
