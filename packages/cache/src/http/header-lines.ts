import type { HttpHeaders } from './http-facts.ts';

/** All lines of a header, in their order. */
export function headerLines(headers: HttpHeaders, name: string): readonly string[] {
  const lines: string[] = [];
  for (const [key, value] of Object.entries(headers)) {
    if (value === undefined || key.toLowerCase() !== name) continue;
    if (typeof value === 'string') lines.push(value);
    else lines.push(...value);
  }
  return lines;
}

/** The members of a header that is a list: without white space, without empty ones, in lower case. */
export function headerNames(headers: HttpHeaders, name: string): readonly string[] {
  const members = headerLines(headers, name).flatMap((line) => line.split(','));
  return members.map((member) => member.trim().toLowerCase()).filter((member) => member !== '');
}

/** The value of a header that there is once; undefined where there is none. */
export function headerValue(headers: HttpHeaders, name: string): string | undefined {
  return headerLines(headers, name)[0];
}
