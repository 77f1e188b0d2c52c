/** What is already compressed, or may be: everything but the kinds below. */
const text =
  /^(?:text\/|application\/(?:json|javascript|xml|wasm|graphql|x-ndjson|x-www-form-urlencoded|manifest\+json)$|font\/(?:ttf|otf)$|image\/(?:svg\+xml|bmp|x-icon|vnd\.microsoft\.icon)$|[^/]+\/[^/]+\+(?:json|xml|text)$)/;

/**
 * Tells from its `Content-Type` whether a response gets smaller by compression. Parameters and case do not matter; what is
 * missing or unknown is not compressed.
 *
 * @example
 * ```ts
 * compressible('application/json; charset=utf-8'); // true
 * compressible('image/png'); // false
 * ```
 */
export function compressible(contentType: string | null | undefined): boolean {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return text.test(type);
}
