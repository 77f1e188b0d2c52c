import { engineContract } from './engine-contract.ts';
import type { EngineFixture } from './engine-fixture.ts';
import { runningVitest } from './running-vitest.ts';

/** A real server really waits, and machines are busy. */
const TIMEOUT_MS = 60_000;

/**
 * Holds an engine to all it promises: registers one vitest test per promise. Each uses a queue of its own, so fixtures may share a
 * server; whoever makes the fixture cleans up after the last test.
 *
 * @throws Error outside of vitest.
 * @example
 * ```ts
 * queueContract(async () => {
 *   const clock = new ManualClock(Date.now());
 *   return { engine: myEngine({ clock }), clock, now: () => clock.now(), pass: (ms) => clock.advance(ms) };
 * });
 * ```
 */
export function queueContract(fixture: () => Promise<EngineFixture>): void {
  const { describe, test } = runningVitest();
  describe('engine', () => {
    for (const { name, run } of engineContract) test(name, async () => run(await fixture()), TIMEOUT_MS);
  });
}
