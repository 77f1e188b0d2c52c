const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const TIME = '(\\d{2}):(\\d{2}):(\\d{2})';
/** `Sun, 06 Nov 1994 08:49:37 GMT` and, of old, `Sunday, 06-Nov-94 08:49:37 GMT`. */
const FIXED = new RegExp(`^[a-z]+, (\\d{2})[ -]([a-z]{3})[ -](\\d{4}|\\d{2}) ${TIME} GMT$`, 'i');
/** `Sun Nov  6 08:49:37 1994`. */
const ASCTIME = new RegExp(`^[a-z]{3} ([a-z]{3}) ([ \\d]\\d) ${TIME} (\\d{4})$`, 'i');

/** Epoch milliseconds of a date in one of the three forms of RFC 9110, section 5.6.7; `NaN` for anything else. */
export function httpDate(text: string): number {
  const fixed = FIXED.exec(text.trim());
  if (fixed !== null) {
    const [, day, month = '', year = '', ...time] = fixed;
    return dateOf(fullYear(year), month, Number(day), time);
  }
  const [, month = '', day, hours, minutes, seconds, year] = ASCTIME.exec(text.trim()) ?? [];
  return dateOf(Number(year), month, Number(day), [hours, minutes, seconds]);
}

function dateOf(year: number, month: string, day: number, time: readonly (string | undefined)[]): number {
  const [hours, minutes, seconds] = time.map(Number);
  const index = MONTHS.indexOf(month.toLowerCase());
  return index < 0 ? Number.NaN : Date.UTC(year, index, day, hours, minutes, seconds);
}

/** Two digits are of this century up to 69, as POSIX has it. */
function fullYear(year: string): number {
  if (year.length === 4) return Number(year);
  return Number(year) + (Number(year) < 70 ? 2_000 : 1_900);
}
