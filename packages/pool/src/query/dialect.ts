/**
 * How SQL quotes. `'standard'` is PostgreSQL's reading of the standard. `'mysql'`: backslash escapes in every string,
 * `"strings"`, `` `names` `` and `#` comments, no dollar quoting.
 */
export type SqlDialect = 'standard' | 'mysql';

/** Every dialect. */
export const sqlDialects: readonly SqlDialect[] = ['standard', 'mysql'];
