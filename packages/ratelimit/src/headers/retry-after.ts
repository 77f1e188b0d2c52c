/** Whoever sleeps on a header must not sleep for years, or overflow a timer; after a day the server can say it again. */
const LONGEST_MS = 86_400_000;

/**
 * Milliseconds from `now` (epoch) that a `Retry-After` asks for: seconds, or a date in one of the three forms of RFC 9110
 * section 5.6.7. 0 for a date in the past, a day at most, `undefined` for anything else.
 */
export function retryAfterMs(value: string, now: number): number | undefined {
  const text = value.trim();
  if (/^\d+$/.test(text)) return Math.min(Number(text) * 1_000, LONGEST_MS);
  const date = httpDate(text);
  return date === undefined ? undefined : Math.min(Math.max(0, date - now), LONGEST_MS);
}

// Date.parse takes '-1' for a year: only what has the right form may reach it.
const imfFixdate = /^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/;
const rfc850Date = /^[A-Z][a-z]{5,8}, \d\d-[A-Z][a-z]{2}-\d\d \d\d:\d\d:\d\d GMT$/;
const asctimeDate = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4}$/;

function httpDate(text: string): number | undefined {
  if (imfFixdate.test(text) || rfc850Date.test(text)) return finite(Date.parse(text));
  return asctimeDate.test(text) ? finite(Date.parse(`${text} GMT`)) : undefined;
}

function finite(epochMs: number): number | undefined {
  return Number.isNaN(epochMs) ? undefined : epochMs;
}
