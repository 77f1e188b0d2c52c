/** What was loaded, in the order of what was asked. @throws TypeError for an array of another length, or for neither. */
export function aligned<Id, T>(
  ids: readonly Id[],
  loaded: ReadonlyMap<Id, T> | readonly (T | undefined)[],
): readonly (T | undefined)[] {
  if (Array.isArray(loaded)) {
    if (loaded.length === ids.length) return loaded;
    throw new TypeError(`the loader was asked for ${ids.length} values and gave an array of ${loaded.length}`);
  }
  if (loaded instanceof Map) return ids.map((id) => loaded.get(id));
  throw new TypeError(`the loader must give a Map or an array, got ${loaded === null ? 'null' : typeof loaded}`);
}
