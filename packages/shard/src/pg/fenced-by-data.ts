import { FencedError } from '../errors/fenced-error.ts';

/** What the trigger says when it refuses a term. */
const FENCED = 'XC001';

/** The error of a refused term as routers know it; every other error as it is. */
export function fencedByData(error: unknown): unknown {
  for (let one = error; typeof one === 'object' && one !== null; one = (one as { readonly cause?: unknown }).cause) {
    const { code, detail } = one as { readonly code?: unknown; readonly detail?: unknown };
    if (code !== FENCED) continue;
    const { partition, term, minTerm } = parsed(detail);
    return Object.assign(new FencedError({ partition, term, minTerm }), { cause: error });
  }
  return error;
}

function parsed(detail: unknown): { readonly partition: number; readonly term: number; readonly minTerm: number } {
  try {
    return JSON.parse(String(detail));
  } catch {
    // Some relays keep no details.
    return { partition: -1, term: 0, minTerm: 0 };
  }
}
