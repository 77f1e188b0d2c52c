import type { Clock } from '@xc/core';
import type { Sample } from './sample.ts';
import { createSender } from './send.ts';
import type { Visit } from './visits.ts';

export interface DriveOptions {
  readonly clock: Clock;
  /** How long a visitor waits before leaving. */
  readonly patienceMs: number;
  readonly signal?: AbortSignal;
  /** Called with the index of the service as soon as an answer is there. */
  onSample?(target: number, sample: Sample): void;
}

/**
 * Sends every visit to every service at the moment it is due, whatever became of those before. Returns the samples of
 * each service, in the order of the answers.
 */
export async function drive(
  origins: readonly string[],
  visits: Iterable<Visit>,
  options: DriveOptions,
): Promise<readonly (readonly Sample[])[]> {
  const { clock, patienceMs, signal, onSample } = options;
  const senders = origins.map((origin) => createSender(origin, { clock, patienceMs }));
  const samples: Sample[][] = origins.map(() => []);
  const underWay = new Set<Promise<void>>();
  const startedAt = clock.monotonic();
  try {
    for (const visit of visits) {
      const wait = visit.atMs - (clock.monotonic() - startedAt);
      if (wait > 0) await clock.sleep(wait, signal);
      for (const [target, sender] of senders.entries()) {
        const sent = sender.send(visit, startedAt).then((sample) => {
          underWay.delete(sent);
          samples[target]?.push(sample);
          onSample?.(target, sample);
        });
        underWay.add(sent);
      }
    }
    await Promise.all(underWay);
    return samples;
  } finally {
    for (const sender of senders) sender.close();
  }
}
