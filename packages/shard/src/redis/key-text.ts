/** What stands before a key whose bytes are no text. */
const ESCAPE = '\u0000';

/**
 * A key as text, one text for each key: its own where the bytes are UTF-8, else base64 after a U+0000. The only keys of plain text
 * that are written so as well are those that begin with U+0000 themselves.
 */
export function keyText(bytes: Buffer): string {
  const text = bytes.toString();
  const isPlain = !text.startsWith(ESCAPE) && (!text.includes('\ufffd') || Buffer.from(text).equals(bytes));
  return isPlain ? text : ESCAPE + bytes.toString('base64url');
}

/** The key that a text stands for. */
export function keyOf(text: string): string | Buffer {
  return text.startsWith(ESCAPE) ? Buffer.from(text.slice(1), 'base64url') : text;
}
