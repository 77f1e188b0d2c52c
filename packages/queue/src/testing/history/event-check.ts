import { integer, oneOf, plainObject, shown } from '../../option-checks.ts';
import type { HistoryEvent } from './history-event.ts';

const ops = ['add', 'start', 'settle', 'effect', 'cancel', 'crash', 'freeze', 'fault', 'end'] as const;
const phases = ['invoke', 'ok', 'fail', 'info'] as const;
/** What is said of a job names it; an add that was refused may never have had an id. */
const ofJob: readonly HistoryEvent['op'][] = ['start', 'settle', 'effect'];

/** @throws TypeError for what is no event: a rule would pass over it, and a misspelt history would be a good one. */
export function checkEvent(event: HistoryEvent, place: number): void {
  const what = `event ${place}`;
  try {
    plainObject(what, event);
    const { op, phase, seq, fence = '0' } = event;
    oneOf(`op of ${what}`, op, ops);
    if (phase !== undefined) oneOf(`phase of ${what}`, phase, phases);
    for (const name of ['id', 'key', 'worker', 'outcome'] as const) {
      const value = event[name];
      if (value !== undefined || (name === 'id' && ofJob.includes(op))) string(`${name} of ${what}`, value);
    }
    if (seq !== undefined) integer(`seq of ${what}`, seq, 0, Number.MAX_SAFE_INTEGER);
    if (!/^\d+$/.test(String(fence))) {
      throw new TypeError(`fence of ${what} must be the digits of an integer, got ${shown(fence)}`);
    }
  } catch (error) {
    throw new TypeError((error as Error).message);
  }
}

function string(what: string, value: unknown): void {
  if (typeof value !== 'string') throw new TypeError(`${what} must be a string, got ${shown(value)}`);
}
