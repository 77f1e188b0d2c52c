import { Agent, type IncomingMessage, request } from 'node:http';
import type { Clock } from '@xc/core';
import type { Result, Sample } from './sample.ts';
import type { Visit } from './visits.ts';

export interface Sender {
  /** Asks the service; always resolves, errors are samples too. */
  send(visit: Visit, startedAt: number): Promise<Sample>;
  close(): void;
}

/** Visitors of one service. One who got no answer within `patienceMs` leaves, and counts as an error. */
export function createSender(origin: string, options: { clock: Clock; patienceMs: number }): Sender {
  const { clock, patienceMs } = options;
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });

  function ask(visit: Visit): Promise<Result> {
    return new Promise((resolve) => {
      const headers = {
        ...(visit.body === undefined ? {} : { 'content-type': 'application/json' }),
        // As a proxy in front of the service says where a visitor comes from.
        ...(visit.visitor === undefined ? {} : { 'x-forwarded-for': visit.visitor.address }),
      };
      const asked = request(`${origin}${visit.path}`, { method: visit.method, agent, headers });
      const impatience = clock.after(patienceMs, () => asked.destroy(new Error('the visitor left')));
      const settle = (result: Result) => {
        impatience.cancel();
        resolve(result);
      };
      asked.on('error', () => settle('error'));
      asked.on('response', (response) => {
        response.resume();
        response.on('error', () => settle('error'));
        response.on('end', () => settle(resultOf(response)));
      });
      asked.end(visit.body);
    });
  }

  return {
    async send(visit, startedAt) {
      const result = await ask(visit);
      const latencyMs = clock.monotonic() - startedAt - visit.atMs;
      const accepted = visit.tripId !== undefined && (result === 'fresh' || result === 'stale');
      const visitor = visit.visitor === undefined ? {} : { visitor: visit.visitor.name };
      const sample = { kind: visit.kind, atMs: visit.atMs, latencyMs, result, ...visitor };
      return accepted ? { ...sample, tripId: visit.tripId as string } : sample;
    },
    close: () => agent.destroy(),
  };
}

function resultOf(response: IncomingMessage): Result {
  if (response.statusCode === 429) return 'refused';
  if ((response.statusCode ?? 500) >= 400) return 'error';
  return response.headers['x-answer'] === 'fresh' ? 'fresh' : 'stale';
}
