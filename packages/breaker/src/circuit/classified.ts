import type { Announcer } from '../events/announcer.ts';
import { shown } from '../options.ts';
import { hearOut } from '../run/hook.ts';
import { fallbackWaitMs, isWait } from './open-wait.ts';
import { isVerdict, type Outcome, type Verdict } from './verdict.ts';

/** What `classify` says; `undefined` when it leaves it to the default, throws, or says nothing known. */
export function classified(
  classify: ((outcome: Outcome) => Verdict | undefined) | undefined,
  outcome: Outcome,
  announcer: Announcer,
): Verdict | undefined {
  try {
    const verdict = classify?.(outcome);
    if (verdict === undefined) return undefined;
    if (isVerdict(verdict)) return typeof verdict === 'string' ? verdict : usable(verdict, announcer);
    announcer.complain('classify gave no verdict: using the default', new TypeError(`got ${shown(verdict)}`));
    hearOut(verdict, () => {});
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
