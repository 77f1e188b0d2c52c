import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { type CoherenceMessage, isOfMemory } from '../coherence/coherence-message.ts';
import { type CoherenceCase, on } from './coherence-contract/coherence-case.ts';
import { call, entryOf, MAX_BYTES } from './tier-contract/tier-case.ts';

const NFC = '/é';
const NFD = '/e\u0301';
const none = { keys: [], groups: [], lengths: [], version: 0n } as const;
/** Of every kind, and each with something that a careless hand would lose. */
const MESSAGES: readonly CoherenceMessage[] = [
  { ...none, kind: 'drop', keys: ['/k', 'a:b/"quoted"\n', NFC, NFD], version: 2n ** 60n + 1n },
  { ...none, kind: 'stale', keys: ['/K', '/k '], version: 1_700_000_000_000_001n },
  { ...none, kind: 'changed', keys: ['/\u{1f600}', '/{a}b', '/__proto__'], version: 3n },
  { ...none, kind: 'changed', keys: ['/moved'] },
  { ...none, kind: 'raise', groups: ['t/a', 'sp/é', 'p/user:1'], lengths: [1, 6], version: 7n },
  { ...none, kind: 'unknown', version: 9n },
  { ...none, kind: 'wake', keys: ['/k', '/woken'] },
];

const TRIES = 3;
/** After three it is known what was lost. */
const FOUND_BEATS = 4;

function drop(keys: readonly string[], version: bigint): CoherenceMessage {
  return { ...none, kind: 'drop', keys, version };
}

/**
 * What every coherence promises, for any test runner or none. A message may come late (by ten heartbeats), twice, in any order, and
 * to its own sender; it may not be lost, changed or invented while nothing is wrong.
 *
 * @example
 * ```ts
 * for (const { name, run } of coherenceContract) test(name, () => run({ coherence, clock, pass }));
 * ```
 */
export const coherenceContract: readonly CoherenceCase[] = Object.freeze([
  on('brings a message to every other node as it was', async ([a, b, c], { until, beats }) => {
    const told = a.link.implicit ? MESSAGES.filter(isOfMemory) : MESSAGES;
    for (const message of MESSAGES) await a.link.publish(message);
    await until(() => told.every((message) => b.hasHeard(message) && c.hasHeard(message)));
    await beats(1);
    for (const member of [b, c]) {
      for (const message of told) assert.ok(member.hasHeard(message), `${message.kind} is lost or changed`);
    }
    for (const { heard } of [a, b, c]) {
      for (const message of heard)
        assert.ok(
          told.some((one) => isDeepStrictEqual(one, message)),
          'nobody said that',
        );
    }
  }),
  on('brings what the tier of its medium announces, with the version it gave', async ([a, b, c], { until }) => {
    const { space, link } = a;
    if (space === undefined || link.announce === undefined) return;
    const told: CoherenceMessage[] = [];
    for (const key of ['/k', '/l', NFC]) {
      const announcement = link.announce({ ...none, kind: 'drop', keys: [key] });
      assert.ok(announcement !== undefined);
      const [dropped] = await space.drop([{ key, soft: false, announcement }], call);
      assert.ok(dropped?.state === 'dropped');
      told.push(drop([key], dropped.version));
    }
    await until(() => told.every((message) => b.hasHeard(message) && c.hasHeard(message)));
    for (const message of told) assert.ok(b.hasHeard(message) && c.hasHeard(message), 'an announcement is lost');
  }),
  on('brings what changes in the tier of its medium, where that takes no message', async ([a, b, c], { until }) => {
    const { space, link } = a;
    if (space === undefined || !link.implicit) return;
    const changed: CoherenceMessage = { ...none, kind: 'changed', keys: ['/k', NFC, '/\u{1f600}'] };
    const told: CoherenceMessage[] = [
      changed,
      { ...none, kind: 'raise', groups: ['ta'] },
      { ...none, kind: 'wake', keys: ['/leased'] },
    ];
    for (const key of changed.keys) {
      await space.set([{ key, entry: entryOf(1), stamp: 'latest', maxBytes: MAX_BYTES }], call);
    }
    await space.raise({ ids: ['ta'], lengths: [], above: 0n, maxLive: 10 }, call);
    await space.read([{ key: '/leased', fence: 'miss', lease: { owner: 'a', ms: 60_000 } }], call);
    await space.release('/leased', 'a', call);
    await until(() => told.every((message) => b.hasHeardOf(message) && c.hasHeardOf(message)));
    for (const message of told) {
      assert.ok(b.hasHeardOf(message) && c.hasHeardOf(message), `of ${message.kind} nobody heard`);
    }
  }),
  on('says that it listens, and that nothing before is known', async (members) => {
    for (const member of members) {
      assert.ok(member.up);
      assert.ok(member.gaps.length > 0);
    }
  }),
  on('loses nothing, and tells of no gap while nothing is wrong', async ([a, b], { until, beats }) => {
    let gaps = 0;
    // On a machine that stood still for three heartbeats something was wrong: then it is looked at once more.
    for (let tries = 1; tries <= TRIES && (tries === 1 || gaps > 0); tries++) {
      await beats(1);
      const before = b.gaps.length;
      const told = Array.from({ length: 50 }, (_, n) => drop([`/k${tries}.${n}`], BigInt(n + 1)));
      for (const message of told) await a.link.publish(message);
      await until(() => told.every((message) => b.hasHeard(message)));
      await beats(FOUND_BEATS);
      for (const message of told) assert.ok(b.hasHeard(message), `${message.keys} is lost`);
      gaps = b.gaps.length - before;
    }
    assert.equal(gaps, 0);
  }),
  on(
    'says that it does not listen, and that something may be missing, where it was cut off',
    async (members, beside) => {
      const [a, b, c] = members;
      const { until, cut } = beside;
      if (cut === undefined) return;
      const mend = await cut();
      await until(() => !b.up && !c.up);
      assert.ok(!b.up && !c.up, 'it takes itself for connected');
      await a.link.publish(drop(['/lost'], 1n)).catch(() => {});
      const gaps = [b, c].map((member) => member.gaps.length);
      await mend();
      await until(() => [b, c].every((member, at) => member.up && member.gaps.length > (gaps[at] as number)));
      for (const [at, member] of [b, c].entries()) {
        assert.ok(member.up && member.gaps.length > (gaps[at] as number), 'nobody tells that something was lost');
      }
    },
  ),
  on('brings nothing to a node that left, nor to another cache', async ([a, b, c], { until, beats, stranger }) => {
    const other = stranger();
    await until(() => other.up);
    await b.link[Symbol.asyncDispose]();
    await b.link[Symbol.asyncDispose]();
    const message = drop(['/k'], 1n);
    await a.link.publish(message);
    await until(() => c.hasHeard(message));
    await beats(1);
    assert.ok(c.hasHeard(message), 'those who stay hear it');
    assert.deepEqual([b.heard, other.heard], [[], []]);
    await other.link[Symbol.asyncDispose]();
  }),
]);
