import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { type Clock, noopLogger, systemRandom } from '@xc/core';
import type { Coherence, CoherenceLink, GapCause } from '../coherence/coherence.ts';
import type { CoherenceMessage } from '../coherence/coherence-message.ts';

/** How the contract sees a coherence. */
export interface CoherenceFixture {
  readonly coherence: Coherence;
  /** The clock that nodes are given. */
  readonly clock: Clock;
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
class Member {
  readonly heard: CoherenceMessage[] = [];
  readonly gaps: GapCause[] = [];
  readonly link: CoherenceLink;
  up = false;

  constructor({ coherence, clock }: CoherenceFixture, cache: string) {
    this.link = coherence.open(
      { cache, id: randomUUID(), clock, random: systemRandom, logger: noopLogger },
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
}

function drop(keys: readonly string[], version: bigint): CoherenceMessage {
  return { kind: 'drop', keys, groups: [], lengths: [], version };
}

/**
 * What every coherence that publishes promises, for any test runner or none.
 *
 * @example
 * ```ts
 * for (const { name, run } of coherenceContract) test(name, () => run({ coherence, clock, pass }));
 * ```
 */
export const coherenceContract: readonly CoherenceCase[] = Object.freeze([
  on('brings a message to every other node as it was', async ([a, b, c], pass) => {
    const messages: CoherenceMessage[] = [
      drop(['/k', 'a:b/"quoted"\n'], 2n ** 60n + 1n),
      { kind: 'raise', keys: [], groups: ['t/a', 'sp/é'], lengths: [1], version: 7n },
      { kind: 'wake', keys: ['/k'], groups: [], lengths: [], version: 0n },
    ];
    for (const message of messages) await a.link.publish(message);
    await pass(50);
    assert.deepEqual(b.heard, messages);
    assert.deepEqual(c.heard, messages);
  }),
  on('brings no node its own messages', async ([a], pass) => {
    await a.link.publish(drop(['/k'], 1n));
    await pass(50);
    assert.deepEqual(a.heard, []);
  }),
  on('says that it listens, and that nothing before is known', async ([a, b, c]) => {
    for (const member of [a, b, c]) {
      assert.ok(member.up);
      assert.ok(member.gaps.length > 0);
    }
  }),
  on('tells of no gap while nothing is lost', async ([a, b], pass, heartbeatMs) => {
    await pass(3 * heartbeatMs);
    const before = b.gaps.length;
    for (let n = 0; n < 10; n++) await a.link.publish(drop([`/k${n}`], BigInt(n + 1)));
    await pass(4 * heartbeatMs);
    assert.equal(b.gaps.length, before);
    assert.equal(b.heard.length, 10);
  }),
  on('brings nothing to a node that left, nor to another cache', async ([a, b, c], pass, _, other) => {
    const stranger = other();
    await pass(100);
    await b.link[Symbol.asyncDispose]();
    await b.link[Symbol.asyncDispose]();
    await a.link.publish(drop(['/k'], 1n));
    await pass(50);
    assert.deepEqual([b.heard.length, c.heard.length, stranger.heard.length], [0, 1, 0]);
    await stranger.link[Symbol.asyncDispose]();
  }),
]);

type Members = readonly [Member, Member, Member];

function on(
  name: string,
  hold: (
    members: Members,
    pass: (ms: number) => Promise<void>,
    heartbeatMs: number,
    other: () => Member,
  ) => Promise<void>,
): CoherenceCase {
  return {
    name,
    async run(fixture) {
      const cache = `contract-${randomUUID()}`;
      const members: Members = [new Member(fixture, cache), new Member(fixture, cache), new Member(fixture, cache)];
      for (let tries = 0; tries < 50 && !members.every(({ up }) => up); tries++) await fixture.pass(20);
      try {
        const other = (): Member => new Member(fixture, `${cache}-other`);
        await hold(members, (ms) => fixture.pass(ms), fixture.coherence.heartbeatMs, other);
      } finally {
        for (const { link } of members) await link[Symbol.asyncDispose]();
      }
    },
  };
}
