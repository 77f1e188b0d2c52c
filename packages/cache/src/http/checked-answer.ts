import { describe } from '../keys/check-key.ts';
import type { HttpResponseFacts } from './http-facts.ts';

/** Whether it is a status that an answer may have. */
export function isStatus(status: unknown): boolean {
  return Number.isInteger(status) && (status as number) >= 100 && (status as number) <= 999;
}

/** What a source gave. @throws TypeError for what is no answer. */
export function checkedAnswer(answer: HttpResponseFacts): HttpResponseFacts {
  const { status, headers, body } = answer ?? {};
  if (!isStatus(status))
    throw new TypeError(`the status of an answer must be from 100 to 999, got ${describe(status)}`);
  if (typeof headers !== 'object' || headers === null)
    throw new TypeError(`the headers of an answer must be an object, got ${describe(headers)}`);
  // None at all where there is none, as of a 204 or a 304.
  if (body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array) return answer;
  throw new TypeError(`the body of an answer must be text or bytes, got ${describe(body)}`);
}
