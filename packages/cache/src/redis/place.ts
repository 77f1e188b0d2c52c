import type { Clock } from '@xc/core';
import type { Sealing } from './envelope.ts';
import type { KeyLayout } from './key-layout.ts';
import type { PlainReads } from './plain-reads.ts';
import type { ScriptRunner } from './script-runner.ts';

/** What everything that a tier keeps in Redis for one cache has in common. */
export interface Place {
  readonly layout: KeyLayout;
  readonly scripts: ScriptRunner;
  /** Where all keys are on one server. */
  readonly plain: PlainReads | undefined;
  readonly sealing: Sealing;
  readonly clock: Clock;
  /** The latest group version that any answer told of; only a guess, and 0 before the first. */
  readonly latest: { seen: bigint };
  /** Whether keys lie on several servers, each in a slot of its own. */
  readonly scattered: boolean;
  /** How long a fence stands, in ms. */
  readonly fenceMs: number;
}
