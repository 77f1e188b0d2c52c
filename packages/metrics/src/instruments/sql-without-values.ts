const any = String.raw`[\s\S]`;

/** What a statement is made of, in the order in which it is tried; what does not end goes to the end of the statement. */
const parts = {
  comment: String.raw`--[^\n]*|/\*${any}*?(?:\*/|$)`,
  dollarQuoted: String.raw`\$(?<tag>[\p{L}_][\p{L}\p{N}_]*)?\$${any}*?(?:\$\k<tag>\$|$)`,
  // In one dialect a backslash hides the next quote and in another it does not: from there on nothing is shown.
  ambiguous: String.raw`(?:\b\p{L}&?)?'(?:[^'\\]|'')*\\${any}*|"(?:[^"\\]|"")*\\${any}*`,
  text: String.raw`(?:\b\p{L}&?)?'(?:[^']|'')*(?:'|$)`,
  quoted: '"(?:[^"]|"")*(?:"|$)',
  ticked: '`[^`]*`',
  name: String.raw`\$\d+|[\p{L}_][\p{L}\p{N}_$]*`,
  number: String.raw`\.?\d(?:[eE][+-]\d|[\p{L}\p{N}_.])*`,
};
const tokens = new RegExp(
  Object.entries(parts)
    .map(([name, source]) => `(?<${name}>${source})`)
    .join('|'),
  'gu',
);

/** Where double quotes are names, by the standard; elsewhere they may be strings. */
const standard = /postgres|cockroach|redshift|oracle|mssql|sqlserver|db2/i;

/** A statement of that database with every literal replaced by `?`, so that it may be logged. Comments go: they may hold anything. */
export function sqlWithoutValues(sql: string, system: string): string {
  return sql.replace(tokens, (token, ...rest) => {
    const found = rest.at(-1) as Partial<Record<keyof typeof parts, string>>;
    if (found.comment !== undefined) return '';
    const isName = (found.name ?? found.ticked) !== undefined || (found.quoted !== undefined && standard.test(system));
    return isName ? token : '?';
  });
}
