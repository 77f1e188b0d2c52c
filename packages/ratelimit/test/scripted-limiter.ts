import type { Decision, RateLimiter } from '../src/index.ts';
import { someDecision } from './some-decision.ts';

export const rejected: Decision = someDecision([{ name: 'a', windowMs: 1_000, retryAfterMs: 250 }]);

/** A limiter that gives these answers, then allows, and notes what it was asked. */
export function scriptedLimiter<Subject = string>(...answers: Decision[]) {
  const asked: (readonly [method: string, subject: Subject, options: unknown])[] = [];
  const answer = (method: string) => async (subject: Subject, options?: { readonly signal?: AbortSignal }) => {
    asked.push([method, subject, options]);
    options?.signal?.throwIfAborted();
    return answers.shift() ?? someDecision([]);
  };
  const limiter = { take: answer('take'), wait: answer('wait') } as unknown as RateLimiter<string, Subject>;
  return { limiter, asked };
}
