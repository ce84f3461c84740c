// A value that components look at.
import { useEffect, useState } from "../vendor/preact.js";

export function observable(value) {
  const listeners = new Set();
  const store = {
    get: () => value,
    /** Takes over what `patch` has; who listens hears of it once. */
    set(patch) {
      value = { ...value, ...patch };
      for (const listener of [...listeners]) listener(value);
    },
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    use() {
      const [seen, look] = useState(value);
      useEffect(() => {
        look(value);
        return store.listen(look);
      }, []);
      return seen;
    },
  };
  return store;
}
