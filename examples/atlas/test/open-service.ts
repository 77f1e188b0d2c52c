import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@xc/core';
import { watchService } from '../src/metrics/watched-service.ts';
import type { OpenGuide } from '../src/service/city-guide.ts';
import { createService } from '../src/service/create-service.ts';

export interface OpenService extends AsyncDisposable {
  readonly origin: string;
  /** Every state a part went into, in order. */
  readonly states: readonly string[];
}

/** The service in this process, over a guide and a database. */
export async function openService(openGuide: OpenGuide, databaseUrl: string, redisUrl?: string): Promise<OpenService> {
  const states: string[] = [];
  const watched = watchService(systemClock, () => {});
  const guide = await openGuide({
    service: 'test',
    databaseUrl,
    redisUrl,
    clock: systemClock,
    meter: watched.metrics,
    stateChanged: (part, state) => states.push(`${part} ${state}`),
  });
  const server = createService(guide, { name: 'test', clock: systemClock, watched });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    states,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await guide[Symbol.asyncDispose]();
      watched.stop();
    },
  };
}
