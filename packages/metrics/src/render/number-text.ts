/** A sample's value, in both formats: the shortest form that reads back as the same number; there is one zero. */
export function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return `${value}`;
}

/** Go's `%g` goes over to exponents from here on. */
const LARGEST_EXPONENT = 6;
const SMALLEST_EXPONENT = -4;

/** A bucket's bound as OpenMetrics has it: Go's `%g`, with `.0` where neither point nor exponent is. */
export function canonicalBound(bound: number): string {
  if (!Number.isFinite(bound)) return numberText(bound);
  const [digits = '', power = '0'] = bound.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < SMALLEST_EXPONENT || exponent >= LARGEST_EXPONENT) {
    const sign = exponent < 0 ? '-' : '+';
    return `${digits}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = `${bound}`;
  return text.includes('.') ? text : `${text}.0`;
}
