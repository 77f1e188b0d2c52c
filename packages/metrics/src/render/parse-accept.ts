/** One thing that an `Accept` or `Accept-Encoding` header names. */
export interface AcceptedItem {
  /** In lower case. */
  readonly value: string;
  /** Names in lower case, values without their quotes; `q` is not among them. */
  readonly parameters: ReadonlyMap<string, string>;
  /** 1 when there is no `q`, 0 when it cannot be read. */
  readonly weight: number;
}

/** Reads a header (RFC 9110, section 12.4.2); what cannot be read is left out. */
export function parseAccept(header: string | undefined): AcceptedItem[] {
  if (typeof header !== 'string') return [];
  return split(header, ',').flatMap((item) => {
    const [value = '', ...rest] = split(item, ';');
    if (value === '') return [];
    const parameters = new Map<string, string>();
    for (const parameter of rest) {
      const equals = parameter.indexOf('=');
      if (equals > 0)
        parameters.set(parameter.slice(0, equals).trim().toLowerCase(), unquoted(parameter.slice(equals + 1)));
    }
    const weight = weightOf(parameters.get('q'));
    parameters.delete('q');
    return [{ value: value.toLowerCase(), parameters, weight }];
  });
}

function weightOf(q: string | undefined): number {
  if (q === undefined) return 1;
  return /^(0(\.\d*)?|1(\.0*)?)$/.test(q) ? Number(q) : 0;
}

/** Splits where the separator is not within quotes. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index];
    if (quoted && character === '\\') index++;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  return [...parts, text.slice(start).trim()];
}

function unquoted(value: string): string {
  const text = value.trim();
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text;
  return text.slice(1, -1).replace(/\\(.)/g, '$1');
}
