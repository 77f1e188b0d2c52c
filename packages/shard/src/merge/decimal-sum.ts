const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?$/;

/**
 * The sum of decimals that a driver gives as text, as the database would have added them up, and only then a number; `undefined`
 * where nothing has a fraction, or something is neither a decimal nor a whole number.
 */
export function decimalSum(values: readonly unknown[]): number | undefined {
  const texts = values.map(textOf);
  const parts = texts.map((text) => DECIMAL.exec(text ?? ''));
  const scale = Math.max(...parts.map((part) => part?.[3]?.length ?? 0));
  if (scale === 0 || parts.includes(null)) return undefined;
  let sum = 0n;
  for (const [, sign, whole, fraction = ''] of parts as readonly RegExpExecArray[]) {
    sum += BigInt(`${sign}${whole}${fraction.padEnd(scale, '0')}`);
  }
  return Number(`${sum}e-${scale}`);
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value : undefined;
}
