import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from './clients/client.ts';
import { listen } from './listen.ts';
import { load, p95, visitAll } from './load.ts';
import { createService } from './service.ts';
import { createUpstream, type Mood } from './upstream.ts';

export interface Story {
  readonly perSecond: number;
  readonly healthyMs: number;
  readonly outageMs: number;
  readonly afterMs: number;
  /** What is wrong with the upstream in the outage. */
  readonly mood: Exclude<Mood, 'well'>;
}

export interface Consequences {
  /** How many calls reached the upstream while it was dead. */
  readonly reached: number;
  /** The same for each request that our service got meanwhile: 3 when everything is tried three times. */
  readonly amplification: number;
  readonly p95Ms: number;
  /** Of the requests that came while the upstream was dead. */
  readonly errorRate: number;
  /** From the moment when the upstream was well again to the last answer that was not fresh. */
  readonly recoveredMs: number;
}

/** Plays one outage over real HTTP: callers, our service with this client, and an upstream that dies and comes back. */
export async function outage(clientFor: (upstream: string) => Client, story: Story): Promise<Consequences> {
  const { perSecond, healthyMs, outageMs, afterMs, mood } = story;
  const upstream = createUpstream();
  const service = createService(clientFor(await listen(upstream.server)));
  try {
    const origin = await listen(service);
    await visitAll(origin);
    const from = performance.now();
    const loading = load(origin, { perSecond, lengthMs: healthyMs + outageMs + afterMs });
    const until = (atMs: number) => sleep(Math.max(0, from + atMs - performance.now()));

    await until(healthyMs);
    const before = upstream.calls;
    upstream.mood = mood;
    const diedMs = performance.now() - from;
    await until(healthyMs + outageMs);
    const reached = upstream.calls - before;
    upstream.mood = 'well';
    const wellMs = performance.now() - from;
    const samples = await loading;

    const during = samples.filter(({ atMs }) => atMs >= diedMs && atMs < wellMs);
    const lastTrouble = samples
      .filter(({ result }) => result !== 'fresh')
      .reduce((latest, { atMs, latencyMs }) => Math.max(latest, atMs + latencyMs), wellMs);
    return {
      reached,
      amplification: reached / during.length,
      p95Ms: p95(during),
      errorRate: during.filter(({ result }) => result === 'error').length / during.length,
      recoveredMs: lastTrouble - wellMs,
    };
  } finally {
    for (const server of [service, upstream.server]) {
      server.closeAllConnections();
      server.close();
    }
  }
}
