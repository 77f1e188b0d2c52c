import type { Clock } from '@xc/core';
import type { QueueEngine } from '../engine/queue-engine.ts';

/** How the contract sees an engine: a fake advances, a real server really waits. */
export interface EngineFixture {
  readonly engine: QueueEngine;
  /** What queues on the engine are given. @defaultValue systemClock */
  readonly clock?: Clock | undefined;
  /** The engine's time, epoch ms. */
  now(): number;
  /** Lets so many milliseconds go by for the engine. */
  pass(ms: number): Promise<void>;
}
