import { noopLogger, systemClock, systemRandom, type XcError } from '@xc/core';
import { eventually } from '@xc/test-support';
import type { Coherence, CoherenceLink, GapCause } from '../../src/coherence/coherence.ts';
import type { CoherenceMessage } from '../../src/coherence/coherence-message.ts';

/** One node of a cache and everything it was told, in order. */
export interface Listener extends AsyncDisposable {
  readonly link: CoherenceLink;
  readonly messages: CoherenceMessage[];
  readonly gaps: GapCause[];
  readonly states: boolean[];
  readonly refusals: XcError[];
  /** Forgets what was told so far. */
  forget(): void;
  /** Resolves when it listens. */
  up(): Promise<void>;
  /** Resolves with the first message that fits. */
  heard(what: string, fits: (message: CoherenceMessage) => boolean): Promise<CoherenceMessage>;
}

let nodes = 0;

export function listener(coherence: Coherence, cache: string, root?: string): Listener {
  const messages: CoherenceMessage[] = [];
  const gaps: GapCause[] = [];
  const states: boolean[] = [];
  const refusals: XcError[] = [];
  nodes += 1;
  const node = { cache, id: `node-${nodes}`, clock: systemClock, random: systemRandom, logger: noopLogger };
  const link = coherence.open(
    { ...node, ...(root !== undefined && { root }) },
    {
      message: (message) => void messages.push(message),
      gap: (cause) => void gaps.push(cause),
      state: (up) => void states.push(up),
      unsupported: (error) => void refusals.push(error),
    },
  );
  return {
    link,
    messages,
    gaps,
    states,
    refusals,
    forget() {
      for (const list of [messages, gaps, states]) list.length = 0;
    },
    async up() {
      await eventually('the node listens', () => states.at(-1) === true && gaps.length > 0);
    },
    async heard(what, fits) {
      return eventually(what, () => messages.find(fits));
    },
    [Symbol.asyncDispose]: () => link[Symbol.asyncDispose](),
  };
}
