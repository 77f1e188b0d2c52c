/** A number that is exact: `digits / 10 ** scale`. */
export interface Decimal {
  readonly digits: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?$/;
/** As databases write numbers: one that begins with a zero too many is a text, like a postal code. */
const WRITTEN = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
const UNBOUNDED: readonly unknown[] = ['NaN', 'Infinity', '-Infinity'];

/** Whether a text is one of a number that is none, or has no bound, as PostgreSQL writes it. */
export function isUnbounded(value: unknown): value is string {
  return UNBOUNDED.includes(value);
}

/** Whether a value is a number, or what a driver gives for one that a double might not hold. */
export function isNumeric(value: unknown): value is number | bigint | string {
  if (typeof value === 'string') return WRITTEN.test(value) || isUnbounded(value);
  return typeof value === 'number' || typeof value === 'bigint';
}

/** What a value is exactly; `undefined` for doubles, text with an exponent, which is theirs, and all that is no number. */
export function decimalOf(value: unknown): Decimal | undefined {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return { digits: BigInt(value as bigint), scale: 0 };
  const [, sign, whole = '', fraction = ''] = (typeof value === 'string' && DECIMAL.exec(value)) || [];
  if (whole === '' && fraction === '') return undefined;
  const digits = BigInt(whole + fraction);
  return { digits: sign === '-' ? -digits : digits, scale: fraction.length };
}

/** How two numbers are ordered: exactly where both are exact; what is no number is above all others, as PostgreSQL has it. */
export function compareNumbers(a: number | bigint | string, b: number | bigint | string): number {
  const [one, other] = [decimalOf(a), decimalOf(b)];
  if (one !== undefined && other !== undefined) {
    const scale = Math.max(one.scale, other.scale);
    return signOf(scaled(one, scale) - scaled(other, scale));
  }
  const [x, y] = [Number(a), Number(b)];
  if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
  return x < y ? -1 : x > y ? 1 : 0;
}

/** With as many digits behind the point as the longest has. */
export function sumOf(decimals: readonly Decimal[]): string {
  const scale = Math.max(...decimals.map((decimal) => decimal.scale));
  const sum = decimals.reduce((total, decimal) => total + scaled(decimal, scale), 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  return `${sum < 0n ? '-' : ''}${whole}${scale === 0 ? '' : `.${digits.slice(-scale)}`}`;
}

function scaled({ digits, scale }: Decimal, to: number): bigint {
  return scale === to ? digits : digits * 10n ** BigInt(to - scale);
}

function signOf(difference: bigint): number {
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
