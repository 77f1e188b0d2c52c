import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, noopLogger, systemRandom } from '@xc/core';
import type { Coherence, CoherenceLink, GapCause } from '../../coherence/coherence.ts';
import type { CoherenceMessage } from '../../coherence/coherence-message.ts';
import type { Tier, TierSpace } from '../../tier/tier.ts';

/** How the contract sees a coherence. */
export interface CoherenceFixture {
  readonly coherence: Coherence;
  /** The clock that nodes are given. */
  readonly clock: Clock;
  /**
   * The tier of the same medium, where there is one: what it announces for the coherence, and what it writes where the others
   * learn of that by themselves ({@link CoherenceLink.implicit}), has to arrive as well.
   */
  readonly tier?: Tier;
  /**
   * Takes the connection of all nodes away, and gives what brings it back; where a test can do that without disturbing others. Without
   * it nothing is known of what the coherence tells when messages are lost.
   */
  cut?(): Promise<() => Promise<void>>;
  /** Lets so many milliseconds go by, and what is under way arrive. */
  pass(ms: number): Promise<void>;
}

/** One promise that every coherence keeps. */
export interface CoherenceCase {
  /** As a sentence, to name a test by. */
  readonly name: string;
  /** Holds a coherence to it, with nodes of a cache of its own. @throws AssertionError when it breaks the promise. */
  run(fixture: CoherenceFixture): Promise<void>;
}

/** One node, and what it heard. */
export class Member {
  readonly heard: CoherenceMessage[] = [];
  readonly gaps: GapCause[] = [];
  readonly link: CoherenceLink;
  readonly space: TierSpace | undefined;
  up = false;

  constructor({ coherence, clock, tier }: CoherenceFixture, cache: string) {
    const part = { name: cache, clock, random: systemRandom, logger: noopLogger };
    this.space = tier?.open(part);
    const { root } = this.space ?? {};
    this.link = coherence.open(
      { cache, id: randomUUID(), ...(root !== undefined && { root }), clock, random: systemRandom, logger: noopLogger },
      {
        message: (message) => this.heard.push(message),
        gap: (cause) => this.gaps.push(cause),
        state: (up) => {
          this.up = up;
        },
        unsupported: (error) => {
          throw error;
        },
      },
    );
  }

  /** As often as it likes, and among others. */
  hasHeard(message: CoherenceMessage): boolean {
    return this.heard.some((one) => isDeepStrictEqual(one, message));
  }

  /** Also where it knows no more than that something of it changed. */
  hasHeardOf({ kind, keys, groups }: CoherenceMessage): boolean {
    const named = (name: 'keys' | 'groups', one: string) => this.heard.some((heard) => heard[name].includes(one));
    if (kind === 'wake')
      return keys.every((key) => this.heard.some((one) => one.kind === kind && one.keys.includes(key)));
    if (groups.length > 0 && this.heard.some((one) => one.kind === 'unknown')) return true;
    return keys.every((key) => named('keys', key)) && groups.every((group) => named('groups', group));
  }
}

type Members = readonly [Member, Member, Member];

/** What a case has beside its nodes. */
export interface Beside {
  /** Until it is so, or for ten heartbeats. */
  until(so: () => boolean): Promise<void>;
  /** For so many heartbeats. */
  beats(count: number): Promise<void>;
  cut?(): Promise<() => Promise<void>>;
  /** A node of another cache. */
  stranger(): Member;
}

const STEP_MS = 20;
const LATE_BEATS = 10;

/** Makes a case of three nodes of a cache of its own, all of whom listen. */
export function on(name: string, hold: (members: Members, beside: Beside) => Promise<void>): CoherenceCase {
  return {
    name,
    async run(fixture) {
      const { pass } = fixture;
      const { heartbeatMs } = fixture.coherence;
      const until = async (so: () => boolean) => {
        for (let ms = 0; ms < LATE_BEATS * heartbeatMs && !so(); ms += STEP_MS) await pass(STEP_MS);
      };
      const beats = (count: number) => pass(count * heartbeatMs);
      const cache = `contract-${randomUUID()}`;
      const members: Members = [new Member(fixture, cache), new Member(fixture, cache), new Member(fixture, cache)];
      await until(() => members.every(({ up }) => up));
      try {
        const cut = fixture.cut && (() => fixture.cut?.() as Promise<() => Promise<void>>);
        const stranger = (): Member => new Member(fixture, `${cache}-other`);
        await hold(members, { until, beats, stranger, ...(cut && { cut }) });
      } finally {
        for (const { link } of members) await link[Symbol.asyncDispose]();
      }
    },
  };
}
