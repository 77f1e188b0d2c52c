/** @throws RangeError unless a plain name, or a few with dots between: it goes into statements as it is. */
export function tableName(table: unknown): string {
  if (typeof table !== 'string') throw new TypeError(`table must be a string, got ${typeof table}`);
  if (!/^[A-Za-z_]\w{0,50}(\.[A-Za-z_]\w{0,50}){0,2}$/.test(table)) {
    throw new RangeError(
      `table must be a plain name, dots between schema and table, at most 51 characters each, got ${JSON.stringify(table)}`,
    );
  }
  return table;
}
