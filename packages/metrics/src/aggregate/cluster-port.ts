import type { Worker } from 'node:cluster';
import type { FramePort } from './frame-port.ts';

/**
 * The processes of `node:cluster` as ports: `cluster.worker`'s `process` in the worker, the `Worker` in the primary.
 *
 * @throws TypeError when the process has no channel to a primary.
 */
export function clusterPort(side: NodeJS.Process | Worker): FramePort {
  if (typeof side?.send !== 'function')
    throw new TypeError('clusterPort needs a cluster worker, or the process of one');
  // Both kinds emit and send alike.
  const channel = side as NodeJS.Process;
  return {
    send(message) {
      // A channel that is closed reports it here or throws, as its version likes: the silence is noticed anyway.
      try {
        channel.send?.(message, undefined, undefined, () => undefined);
      } catch {
        return;
      }
    },
    receive(handler) {
      channel.on('message', handler);
      return () => void channel.off('message', handler);
    },
  };
}
