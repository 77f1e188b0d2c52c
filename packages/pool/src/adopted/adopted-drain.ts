import type { DrainReport } from '../drain-report.ts';
import { infoOf } from '../engine/loans.ts';
import { closedError } from '../engine/pool-errors.ts';
import { type CallEnd, timedCall } from '../engine/timed-call.ts';
import type { LeaseInfo } from '../lease-info.ts';
import type { AdoptedLending } from './adopted-lending.ts';

/**
 * Ends the loans of an adopted pool, and then the pool itself: settles by its deadline and the time that closing may take, whatever
 * other users of that pool do.
 */
export async function drainAdopted<T>(
  lending: AdoptedLending<T>,
  deadlineMs: number,
  signal: AbortSignal | undefined,
): Promise<DrainReport> {
  const { parts, room, shelf, supply } = lending;
  const { agenda, feed, settings } = parts;
  const startedAt = lending.now;
  const lentAtStart = shelf.lent.size;
  lending.state = 'draining';
  feed.tell({ type: 'draining', at: startedAt });
  const rejected = room.clear('closed', () => closedError(settings.name), startedAt);
  supply.withdraw();
  await untilReturned(lending, startedAt + deadlineMs, signal);
  const abandoned: LeaseInfo[] = shelf.lent.toArray().map((entry) => infoOf(entry, lending.now));
  for (const entry of shelf.lent.toArray()) lending.take(entry, 'the pool was drained');
  const end = await new Promise<CallEnd>((resolve) => {
    timedCall(agenda, lending.now + settings.destroyTimeoutMs, () => supply.peer.end(), resolve);
  });
  if (end.kind === 'error') {
    settings.logger.warn({ err: end.error, pool: settings.name }, 'the pool behind this one could not be closed');
  }
  lending.state = 'closed';
  const forced = abandoned.length;
  const report: DrainReport = {
    clean: forced === 0 && end.kind === 'value',
    returned: lentAtStart - forced,
    forced,
    rejected,
    tookMs: lending.now - startedAt,
    abandoned,
  };
  feed.end({ type: 'drained', at: lending.now, report });
  return report;
}

function untilReturned<T>(lending: AdoptedLending<T>, dueAt: number, signal: AbortSignal | undefined): Promise<void> {
  const { shelf, parts } = lending;
  if (shelf.lent.size === 0 || signal?.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      lending.returned = undefined;
      parts.agenda.drop(deadline);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const deadline = parts.agenda.at(dueAt, done);
    signal?.addEventListener('abort', done, { once: true });
    lending.returned = () => {
      if (shelf.lent.size === 0) done();
    };
  });
}
