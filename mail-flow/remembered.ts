/** How many results are kept unless said otherwise. */
const kept = 64;

/**
 * Returns `make`, which is then asked once for each key. When there are too many results all of them are forgotten: what comes
 * next is most often about something else.
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
