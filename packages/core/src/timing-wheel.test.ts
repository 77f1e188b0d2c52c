import fc from 'fast-check';
import { expect, test } from 'vitest';
import { outside, TimingWheel, type WheelEntry } from './timing-wheel.ts';

class Entry implements WheelEntry<Entry> {
  tick = 0;
  slot = outside;
  previous: Entry = this;
  next: Entry = this;
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

function takeAll(wheel: TimingWheel<Entry>, last: number): string[] {
  const names: string[] = [];
  for (let entries = wheel.take(last); entries.length > 0; entries = wheel.take(last)) {
    names.push(...entries.map(({ name, tick }) => `${name}@${tick}`));
  }
  return names;
}

test('gives entries out in the order of their ticks, then of their adding', () => {
  const wheel = new TimingWheel<Entry>();
  const ticks = [40_000, 3, 3, 33, 1_025, 1_024, 32, 31, 40_000, 2 ** 31, 2 ** 31 + 1, 2 ** 40, 2 ** 53 - 1];
  ticks.forEach((tick, index) => {
    wheel.add(new Entry(String(index)), tick);
  });
  expect(takeAll(wheel, Number.MAX_SAFE_INTEGER)).toEqual(
    ticks
      .map((tick, index) => ({ tick, index }))
      .sort((a, b) => a.tick - b.tick)
      .map(({ tick, index }) => `${index}@${tick}`),
  );
});

test('puts an entry whose tick is over into the next one', () => {
  const wheel = new TimingWheel<Entry>();
  wheel.moveTo(100);
  wheel.add(new Entry('late'), 50);
  expect(takeAll(wheel, 100)).toEqual([]);
  expect(takeAll(wheel, 101)).toEqual(['late@101']);
});

test('removing an entry twice, or one that is out, does nothing', () => {
  const wheel = new TimingWheel<Entry>();
  const [one, two] = [new Entry('one'), new Entry('two')];
  wheel.add(one, 5);
  wheel.add(two, 5);
  wheel.remove(one);
  wheel.remove(one);
  expect(takeAll(wheel, 5)).toEqual(['two@5']);
  wheel.remove(two);
  expect(wheel.nextTick()).toBe(Number.POSITIVE_INFINITY);
});

test('passes a year of nothing in a step', () => {
  const wheel = new TimingWheel<Entry>();
  wheel.add(new Entry('far'), 365 * 86_400_000);
  let looks = 0;
  for (let next = wheel.nextTick(); next < Number.POSITIVE_INFINITY; next = wheel.nextTick()) {
    wheel.take(next);
    looks += 1;
  }
  expect(looks).toBeLessThanOrEqual(8);
});

const delay = fc.oneof(
  fc.nat(70),
  fc.nat(5_000),
  fc.nat(3_000_000),
  fc.nat(2 ** 31 - 1),
  fc.double({ min: 0, max: 2 ** 45, noNaN: true }).map(Math.floor),
);
const step = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), delay }),
  fc.record({ kind: fc.constant('remove' as const), pick: fc.nat() }),
  fc.record({ kind: fc.constant('take' as const), delay }),
  fc.record({ kind: fc.constant('move' as const), share: fc.double({ min: 0, max: 1, noNaN: true }) }),
);

test('does what a sorted list does, over any sequence of adding, removing, moving and taking', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const wheel = new TimingWheel<Entry>();
      let model: Entry[] = [];
      let now = 0;
      steps.forEach((action, index) => {
        if (action.kind === 'add') {
          const entry = new Entry(String(index));
          const tick = Math.max(now + action.delay, now + 1);
          const lookAt = wheel.add(entry, now + action.delay);
          expect(lookAt).toBeLessThanOrEqual(tick);
          model.push(entry);
          model.sort((a, b) => a.tick - b.tick);
        } else if (action.kind === 'remove' && model.length > 0) {
          const [entry] = model.splice(action.pick % model.length, 1);
          if (entry !== undefined) wheel.remove(entry);
        } else if (action.kind === 'take') {
          now += action.delay;
          const due = model.filter(({ tick }) => tick <= now);
          model = model.filter(({ tick }) => tick > now);
          expect(takeAll(wheel, now)).toEqual(due.map(({ name, tick }) => `${name}@${tick}`));
        } else if (action.kind === 'move') {
          const last = Math.min(wheel.nextTick() - 1, now + 1_000_000);
          now += Math.max(0, Math.floor((last - now) * action.share));
          wheel.moveTo(now);
        }
        expect(wheel.nextTick()).toBeLessThanOrEqual(model[0]?.tick ?? Number.POSITIVE_INFINITY);
        expect(wheel.nextTick() === Number.POSITIVE_INFINITY).toBe(model.length === 0);
      });
      expect(takeAll(wheel, Number.MAX_SAFE_INTEGER)).toEqual(model.map(({ name, tick }) => `${name}@${tick}`));
    }),
    { numRuns: 500 },
  );
});
