/** The default number of results that are kept. */
const kept = 64;

/**
 * Returns a version of `make` that is called only once for each key. If there are too many results, all of them are discarded, because the
 * following calls are usually about something else.
 */
export function remembered<Given extends unknown[], Result>(
  keyOf: (...given: Given) => string,
  make: (...given: Given) => Result,
  most = kept,
): (...given: Given) => Result {
  const results = new Map<string, { readonly result: Result }>();
  return (...given) => {
    const key = keyOf(...given);
    let found = results.get(key);
    if (!found) {
      found = { result: make(...given) };
      if (results.size >= most) results.clear();
      results.set(key, found);
    }
    return found.result;
  };
}

/** Returns a version of `make` that is called only once for each object, as long as the object is in use. The object must not change. */
export function rememberedOf<Given extends object, Result>(
  make: (given: Given) => Result,
): (given: Given) => Result {
  const results = new WeakMap<Given, { readonly result: Result }>();
  return (given) => {
    let found = results.get(given);
    if (!found) {
      found = { result: make(given) };
      results.set(given, found);
    }
    return found.result;
  };
}
