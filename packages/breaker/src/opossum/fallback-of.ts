import { shown } from '../options.ts';

/** What answers in the place of a failure; `undefined` for nothing. Throws a TypeError for what can answer nothing. */
export function fallbackOf(answer: unknown): ((...args: unknown[]) => unknown) | undefined {
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer === 'function') return answer as (...args: unknown[]) => unknown;
  // A breaker, told by what it does: the other one may be of the other copy of this module, ESM or CJS.
  const breaker = answer as { readonly fire?: (...args: unknown[]) => unknown };
  if (typeof breaker.fire === 'function') return (...args) => breaker.fire?.(...args);
  throw new TypeError(`fallback must be a function or a breaker, got ${shown(answer)}`);
}
