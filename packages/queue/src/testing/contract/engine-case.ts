import type { EngineFixture } from '../engine-fixture.ts';
import { EngineRig } from './engine-rig.ts';

/** One promise that every engine keeps. */
export interface EngineCase {
  /** As a sentence, to name a test by. */
  readonly name: string;
  /** Holds an engine to the promise, on queues of its own. @throws AssertionError when the engine breaks it. */
  run(fixture: EngineFixture): Promise<void>;
}

/** Cases by name, each with a rig that is audited and closed when the case is through. */
export function engineCases(cases: Readonly<Record<string, (rig: EngineRig) => Promise<void>>>): readonly EngineCase[] {
  return Object.entries(cases).map(([name, check]) => ({
    name,
    async run(fixture) {
      const rig = new EngineRig(fixture);
      try {
        await check(rig);
        await rig.checkAudit();
      } finally {
        await rig.close();
      }
    },
  }));
}
