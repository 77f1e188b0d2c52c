import { deepStrictEqual, ok } from 'node:assert/strict';
import { engineCases } from './engine-case.ts';
import { nack, release, snooze } from './engine-rig.ts';

const quotas = (high: number, normal: number, low: number) => ({
  lanes: [
    { lane: 'high', quota: high, ahead: 0 },
    { lane: 'normal', quota: normal, ahead: 0 },
    { lane: 'low', quota: low, ahead: 0 },
  ],
});
const three = (letter: string) => [1, 2, 3].map((n) => `${letter}${n}`);

/** Lanes. */
export const laneCases = engineCases({
  async 'gives each lane its quota, in the order in which they are named'(rig) {
    await rig.addAll(three('l'), { lane: 'low' });
    await rig.addAll(three('n'), { lane: 'normal' });
    await rig.addAll(three('h'), { lane: 'high' });
    const jobs = await rig.take(4, quotas(2, 1, 1));
    deepStrictEqual(
      jobs.map(({ id }) => id),
      ['h1', 'h2', 'n1', 'l1'],
    );
  },

  async 'gives what a lane does not use to the others, in order'(rig) {
    await rig.addAll(three('l'), { lane: 'low' });
    await rig.addAll(['n1'], { lane: 'normal' });
    const jobs = await rig.take(4, quotas(3, 1, 0));
    deepStrictEqual(
      jobs.map(({ id }) => id),
      ['n1', 'l1', 'l2', 'l3'],
    );
  },

  async 'takes nothing from a lane that is not named'(rig) {
    await rig.addAll(three('l'), { lane: 'low' });
    await rig.addAll(['n1'], { lane: 'normal' });
    const jobs = await rig.take(4, { lanes: [{ lane: 'normal', quota: 1, ahead: 0 }] });
    deepStrictEqual(
      jobs.map(({ id }) => id),
      ['n1'],
    );
  },

  async 'is first in, first out by the moment of becoming waiting'(rig) {
    await rig.add({ id: 'late', delayMs: 80 }, { id: 'early', delayMs: 40 }, { id: 'now' });
    await rig.pass(100);
    await rig.add({ id: 'last' });
    deepStrictEqual(await rig.takeIds(4), ['now', 'early', 'late', 'last']);
  },

  async 'puts what failed at the end of its lane'(rig) {
    await rig.addAll(three('n'));
    await rig.settle(nack(await rig.takeOne()));
    deepStrictEqual(await rig.takeIds(3), ['n2', 'n3', 'n1']);
  },

  async 'puts what was released at the front, several in their order'(rig) {
    await rig.addAll(['a', 'b', 'c', 'd']);
    const jobs = await rig.take(3);
    const [a, b, c] = jobs;
    ok(a && b && c);
    await rig.settle(release(b), release(a), release(c));
    deepStrictEqual(await rig.takeIds(4), ['a', 'b', 'c', 'd']);
  },

  async 'puts what was lost at the front, several in their order'(rig) {
    await rig.addAll(['a', 'b', 'c', 'd', 'e']);
    await rig.take(2, { leaseMs: 60, worker: 'one' });
    await rig.take(2, { leaseMs: 60, worker: 'two' });
    await rig.pass(80);
    deepStrictEqual(await rig.takeIds(5), ['a', 'b', 'c', 'd', 'e']);
  },

  async 'keeps the order of jobs with and without keys that are lost together'(rig) {
    await rig.add({ id: 'a' }, { id: 'k', key: 'k' }, { id: 'b' }, { id: 'l', key: 'l' }, { id: 'c' });
    await rig.take(4, { leaseMs: 60 });
    await rig.pass(80);
    deepStrictEqual(await rig.takeIds(5), ['a', 'k', 'b', 'l', 'c']);
  },

  async 'keeps the order of jobs that are given back for later'(rig) {
    await rig.addAll(['a', 'b', 'c']);
    const [a, b] = await rig.take(2);
    ok(a && b);
    await rig.settle(release(b, 50), release(a, 50));
    await rig.pass(60);
    deepStrictEqual(await rig.takeIds(3), ['c', 'a', 'b']);
  },

  async 'puts a snoozed job at the end when its time has come'(rig) {
    await rig.addAll(['a', 'b']);
    await rig.settle(snooze(await rig.takeOne(), 50));
    await rig.pass(60);
    deepStrictEqual(await rig.takeIds(2), ['b', 'a']);
  },

  async 'keeps the order in which jobs give way at once, whatever made them'(rig) {
    await rig.addAll(['a', 'b', 'c', 'd']);
    const [a, b, c] = await rig.take(3);
    ok(a && b && c);
    await rig.settle(snooze(a, 0), nack(b), snooze(c, 0));
    deepStrictEqual(await rig.takeIds(4), ['d', 'a', 'b', 'c']);
  },

  async 'leases jobs without key ahead, when all that is wanted is there'(rig) {
    await rig.addAll(['a', 'b', 'c', 'd', 'e']);
    const jobs = await rig.take(2, { lanes: [{ lane: 'normal', quota: 2, ahead: 2 }] });
    deepStrictEqual(
      jobs.map(({ id }) => id),
      ['a', 'b', 'c', 'd'],
    );
    deepStrictEqual((await rig.read('counts', {})).states.active, 4);
  },

  async 'leases no job with key ahead, and none behind one'(rig) {
    await rig.add({ id: 'a' }, { id: 'b' }, { id: 'k', key: 'k' }, { id: 'c' });
    const ahead = { lanes: [{ lane: 'normal', quota: 1, ahead: 5 }] };
    deepStrictEqual(
      (await rig.take(1, ahead)).map(({ id }) => id),
      ['a', 'b'],
    );
    deepStrictEqual(
      (await rig.take(1, ahead)).map(({ id }) => id),
      ['k', 'c'],
    );
  },

  async 'moves a job to the end of another lane'(rig) {
    await rig.addAll(['a', 'b']);
    await rig.add({ id: 'h', lane: 'high' });
    await rig.control('update', { id: 'b', data: undefined, lane: 'high', delayMs: undefined });
    deepStrictEqual(await rig.takeIds(3), ['h', 'b', 'a']);
  },

  async 'leaves a job in its place that is moved to the lane it is in'(rig) {
    await rig.addAll(['a', 'b']);
    await rig.control('update', { id: 'a', data: undefined, lane: 'normal', delayMs: undefined });
    deepStrictEqual(await rig.takeIds(2), ['a', 'b']);
  },
});
