/** A name as SQL has it: exactly this one, whatever letters are in it. */
export function quotedName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as SQL has it, whatever the settings of the session say of backslashes. */
export function quotedText(text: string): string {
  const quoted = text.replaceAll("'", "''");
  return quoted.includes('\\') ? ` E'${quoted.replaceAll('\\', '\\\\')}'` : `'${quoted}'`;
}

/** Texts as one parameter of type text[]. */
export function textArray(texts: readonly (string | null)[]): string {
  const parts = texts.map((text) => (text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`));
  return `{${parts.join(',')}}`;
}
