import type { EngineCase } from './contract/engine-case.ts';
import { engineContract } from './engine-contract.ts';
import type { EngineFixture } from './engine-fixture.ts';
import { historyCases } from './queue-cases/history-cases.ts';
import { runningCases } from './queue-cases/running-cases.ts';
import { workingCases } from './queue-cases/working-cases.ts';
import { runningVitest } from './running-vitest.ts';

/** A busy machine may hold a case up. */
const PATIENCE_MS = 60_000;

/**
 * Holds an engine to all it promises, driven by hand and through `createQueue` as an application uses it: registers one vitest test
 * per promise, some of them side by side. Each uses a queue of its own, so fixtures may share a server; whoever makes the fixture
 * cleans up after the last test.
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
  const register = (name: string, cases: readonly EngineCase[], concurrent: boolean): void => {
    const options = { timeout: PATIENCE_MS, concurrent };
    describe(name, () => {
      for (const { name: promise, run } of cases) test(promise, options, async () => run(await fixture()));
    });
  };
  // Where time really passes these mostly wait.
  register('engine', engineContract, true);
  register('queue', [...workingCases, ...runningCases, ...historyCases], false);
}
