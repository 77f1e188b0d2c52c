import type { Announcer } from '../events/announcer.ts';
import { shown } from '../options.ts';
import { fallbackWaitMs, isWait } from './open-wait.ts';
import type { Outcome, Verdict } from './verdict.ts';

/** What `classify` says; `undefined` when it leaves it to the default, throws, or says nothing known. */
export function classified(
  classify: ((outcome: Outcome) => Verdict | undefined) | undefined,
  outcome: Outcome,
  announcer: Announcer,
): Verdict | undefined {
  try {
    const verdict = classify?.(outcome);
    if (verdict === undefined || verdict === 'success' || verdict === 'failure' || verdict === 'ignore') return verdict;
    if (typeof verdict?.openForMs === 'number') return usable(verdict, announcer);
    announcer.complain('classify gave no verdict: using the default', new TypeError(`got ${shown(verdict)}`));
  } catch (error) {
    announcer.complain('classify threw: using the default', error);
  }
  return undefined;
}

function usable(verdict: { readonly openForMs: number }, announcer: Announcer): Verdict {
  const { openForMs } = verdict;
  if (isWait(openForMs)) return verdict;
  announcer.complain('classify gave no usable wait: using 30 s', new RangeError(`openForMs is ${openForMs}`));
  return { openForMs: fallbackWaitMs };
}
