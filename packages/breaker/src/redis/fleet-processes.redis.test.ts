import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { eventually, spawnWorker, type Worker } from '@xc/test-support';
import { afterEach, beforeEach, describe, expect, inject, onTestFinished, test } from 'vitest';

interface Seen {
  readonly state: string;
  readonly reason?: string;
  readonly fleet?: { readonly live: number; readonly votes: number };
}
type Process = Worker<{ url?: string; stop?: boolean }, Seen | 'ready'>;

const WAIT_MS = 1_500;
const PERMITS = 2;

/** What the processes depend on; it counts who reaches it. */
class Service {
  alive = true;
  /** How long it takes to fail. */
  failsAfterMs = 50;
  reached = 0;
  mostAtOnce = 0;
  #atOnce = 0;
  readonly #server: Server = createServer((_request, response) => {
    this.reached++;
    this.#atOnce++;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#atOnce);
    const answer = (): void => {
      this.#atOnce--;
      response.writeHead(this.alive ? 200 : 500).end();
    };
    if (this.alive) answer();
    else setTimeout(answer, this.failsAfterMs);
  });

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  countAnew(): void {
    this.reached = 0;
    this.mostAtOnce = 0;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

let service: Service;
beforeEach(async () => {
  service = new Service();
  await service.listen();
});
afterEach(() => service.close());

async function start(count: number): Promise<Process[]> {
  const args = [inject('redis'), service.url, `test:${randomUUID()}`];
  const file = new URL('../../test/fleet-worker.ts', import.meta.url);
  const workers = await Promise.all(
    Array.from({ length: count }, () => spawnWorker<{ url?: string; stop?: boolean }, Seen | 'ready'>(file, { args })),
  );
  onTestFinished(async () => {
    await Promise.all(workers.map((worker) => worker[Symbol.asyncDispose]()));
  });
  for (const worker of workers) await worker.next();
  await eventually(
    'they know each other',
    async () => {
      const seen = await look(workers);
      return seen.every(({ fleet }) => fleet?.live === count);
    },
    { deadlineMs: 30_000 },
  );
  return workers;
}

async function look(workers: readonly Process[]): Promise<Seen[]> {
  return Promise.all(
    workers.map(async (worker) => {
      await worker.send({});
      return (await worker.next()) as Seen;
    }),
  );
}

async function until(workers: readonly Process[], what: string, fits: (seen: Seen) => boolean): Promise<void> {
  await eventually(what, async () => (await look(workers)).every(fits), { deadlineMs: 30_000, everyMs: 20 });
}

describe('three processes', () => {
  test('stay closed but for the one that cannot reach the service', async () => {
    const [cut, ...well] = (await start(3)) as [Process, ...Process[]];
    await cut.send({ url: 'http://127.0.0.1:1/' });
    await cut.next();
    await until([cut], 'it has opened', ({ state }) => state !== 'closed');
    for (let times = 0; times < 10; times += 1) {
      await sleep(200);
      expect((await look(well)).map(({ state }) => state)).toEqual(['closed', 'closed']);
    }
    await cut.send({ url: service.url });
    await cut.next();
    await until([cut], 'it has closed by its probes', ({ state }) => state === 'closed');
  });

  test('send no more probes than one would while the service is down, and all come back with it', async () => {
    const workers = await start(3);
    service.alive = false;
    await until(workers, 'all have opened', ({ state }) => state === 'open');
    await sleep(200);
    service.countAnew();
    const since = performance.now();
    await sleep(3 * WAIT_MS);
    const waits = Math.ceil((performance.now() - since) / WAIT_MS);
    expect(service.mostAtOnce).toBeLessThanOrEqual(PERMITS);
    expect(service.reached).toBeGreaterThan(0);
    expect(service.reached).toBeLessThanOrEqual(PERMITS * waits);
    expect((await look(workers)).map(({ state }) => state)).not.toContain('closed');

    service.alive = true;
    await until(workers, 'all have closed', ({ state }) => state === 'closed');
  });

  test('do without the one that dies while it probes', async () => {
    const workers = await start(3);
    service.alive = false;
    await until(workers, 'all have opened', ({ state }) => state === 'open');
    // Its probes hang from now on.
    service.failsAfterMs = 60_000;
    let prober: Process | undefined;
    await eventually('one of them probes', async () => {
      const seen = await look(workers);
      prober = workers[seen.findIndex(({ state }) => state === 'half-open')];
      return prober !== undefined;
    });
    await (prober as Process).kill();
    const rest = workers.filter((worker) => worker !== prober);
    service.alive = true;
    await until(rest, 'the others have recovered', ({ state, fleet }) => state === 'closed' && fleet?.live === 2);
  });
});
