import type { EventEmitter } from 'node:events';

/** Emits the `snapshot` events of `status` on `breaker` too, for as long as somebody listens there. */
export function relaySnapshots(status: EventEmitter, breaker: EventEmitter): void {
  const relay = (stats: unknown) => breaker.emit('snapshot', stats);
  breaker.on('newListener', (event) => {
    if (event === 'snapshot' && breaker.listenerCount('snapshot') === 0) status.on('snapshot', relay);
  });
  breaker.on('removeListener', (event) => {
    if (event === 'snapshot' && breaker.listenerCount('snapshot') === 0) status.removeListener('snapshot', relay);
  });
}
