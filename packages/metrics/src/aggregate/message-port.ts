import type { MessagePort, Worker } from 'node:worker_threads';
import type { FramePort } from './frame-port.ts';

/**
 * Worker threads as ports: the `Worker` in the parent, `parentPort` in the worker.
 *
 * As every listener of a `MessagePort` does, this one holds its thread open until it is stopped. A thread that has nothing else to
 * wait for says `parentPort.unref()`: only it knows that no other listener of its own relies on the port.
 *
 * @throws TypeError when it is neither.
 */
export function messagePort(port: MessagePort | Worker): FramePort {
  if (typeof port?.postMessage !== 'function') {
    throw new TypeError(`port must be a MessagePort or a Worker, got ${typeof port}`);
  }
  return {
    send: (message) => port.postMessage(message),
    receive(handler) {
      port.on('message', handler);
      return () => void port.off('message', handler);
    },
  };
}
