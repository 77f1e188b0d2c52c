const DEPTH = 4;
const SAMPLED = 16;
const FIXED = 8;

/** An estimate of what a value takes, from a sample of its parts: cheap for large ones, and the same for the same. */
export function weightOf(value: unknown): number {
  return Math.round(estimate(value, DEPTH));
}

function estimate(value: unknown, depth: number): number {
  if (typeof value === 'string') return value.length + FIXED;
  if (typeof value !== 'object' || value === null) return FIXED;
  if (ArrayBuffer.isView(value)) return value.byteLength + FIXED;
  if (depth === 0) return FIXED * 2;
  if (value instanceof Map || value instanceof Set) return FIXED * 2 + scaled([...value], depth);
  if (Array.isArray(value)) return FIXED * 2 + scaled(value, depth);
  const names = Object.keys(value);
  const named = names.reduce((sum, name) => sum + name.length, 0);
  return FIXED * 2 + named + scaled(Object.values(value), depth);
}

/** Parts evenly picked, their mean taken for all. */
function scaled(parts: readonly unknown[], depth: number): number {
  if (parts.length === 0) return 0;
  const step = Math.max(1, Math.floor(parts.length / SAMPLED));
  let sum = 0;
  let count = 0;
  for (let index = 0; index < parts.length; index += step) {
    sum += estimate(parts[index], depth - 1);
    count++;
  }
  return (sum / count) * parts.length;
}
