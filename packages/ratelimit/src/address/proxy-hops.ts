/** How a header lists the addresses that a request has come through, the last one rightmost. */
export interface HopSyntax {
  /** Where the entry begins that ends before `end`: one past a comma, or 0. */
  start(list: string, end: number): number;
  /** What an entry calls the node: an address, perhaps with a port; `undefined` when it names none. */
  node(entry: string): string | undefined;
}

/** `X-Forwarded-For`: nodes between commas. */
export const forwardedForHops: HopSyntax = {
  start: (list, end) => (end === 0 ? 0 : list.lastIndexOf(',', end - 1) + 1),
  node: (entry) => entry.trim(),
};

/**
 * `Forwarded` (RFC 7239): the `for` of each element. Read from the right, because the left part is what the client has sent: a
 * quotation mark that it leaves open must not swallow what our own proxies have added.
 */
export const forwardedHops: HopSyntax = {
  start(list, end) {
    let quoted = false;
    for (let at = end - 1; at >= 0; at -= 1) {
      const char = list.charCodeAt(at);
      if (char === QUOTE && !isEscaped(list, at)) quoted = !quoted;
      else if (char === COMMA && !quoted) return at + 1;
    }
    return 0;
  },
  node(entry) {
    const pairs = entry.matchAll(pair);
    let node: string | undefined;
    let end = 0;
    for (const { 0: text, 1: name = '', 2: token, 3: quoted = '', index } of pairs) {
      if (index !== end) return undefined;
      end += text.length;
      if (name.toLowerCase() !== 'for') continue;
      if (node !== undefined) return undefined;
      node = token ?? quoted.replaceAll(/\\(.)/g, '$1');
    }
    return end === entry.length ? node : undefined;
  },
};

const QUOTE = 34;
const COMMA = 44;

// One `name=value` with what parts it from the next. Ports and IPv6 outside quotation marks are not allowed, and are sent.
const pair =
  /[ \t]*([!#$%&'*+\-.^_`|~\dA-Za-z]+)=(?:([!#$%&'*+\-.^_`|~\dA-Za-z:[\]]+)|"([^"\\]*(?:\\.[^"\\]*)*)")[ \t]*(?:;|$)/gy;

function isEscaped(list: string, at: number): boolean {
  let backslashes = 0;
  while (list.charCodeAt(at - 1 - backslashes) === 92) backslashes += 1;
  return backslashes % 2 === 1;
}
