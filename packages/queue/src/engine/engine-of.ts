import type { EngineQueue } from './queue-engine.ts';

/** Under this symbol a queue shows its engine to audit and contract; the same in both copies of the package. */
export const engineQueue: unique symbol = Symbol.for('xc.queue.engine') as never;

/** Has an engine to show. */
export interface WithEngine {
  readonly [engineQueue]: EngineQueue;
}

/** The engine's side of a queue, or `undefined` where it has none of ours. */
export function engineOf(queue: object): EngineQueue | undefined {
  return (queue as Partial<WithEngine>)[engineQueue];
}
