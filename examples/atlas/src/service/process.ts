import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '@xc/core';
import { watchService } from '../metrics/watched-service.ts';
import { joinDemo } from '../processes/demo.ts';
import type { CityGuide, OpenGuide } from './city-guide.ts';
import { createService } from './create-service.ts';
import type { ServiceMessage, ServiceOrder } from './start-service.ts';

let server: Server | undefined;
let guide: CityGuide | undefined;

const { order, tell } = await joinDemo<ServiceOrder, ServiceMessage>(async () => {
  server?.close();
  server?.closeAllConnections();
  await guide?.[Symbol.asyncDispose]();
});

const watched = watchService(systemClock, (state) => {
  tell({ kind: 'state', part: 'objective', state, at: systemClock.now() });
});
const { openGuide } = (await import(order.guide)) as { openGuide: OpenGuide };
guide = await openGuide({
  service: order.name,
  databaseUrl: order.databaseUrl,
  redisUrl: order.redisUrl,
  clock: systemClock,
  meter: watched.metrics,
  stateChanged: (part, state) => tell({ kind: 'state', part, state, at: systemClock.now() }),
});
server = createService(guide, { name: order.name, clock: systemClock, watched });
server.listen(0, '127.0.0.1');
await once(server, 'listening');
tell({ kind: 'ready', port: (server.address() as AddressInfo).port });
