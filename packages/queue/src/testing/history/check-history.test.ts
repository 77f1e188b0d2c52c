import { readFileSync } from 'node:fs';
import { SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { checkHistory } from './check-history.ts';
import type { HistoryEvent, HistoryRule } from './history-event.ts';

interface Vector {
  readonly name: string;
  readonly history: HistoryEvent[];
  readonly rules: readonly string[];
}

const vectors = JSON.parse(readFileSync(new URL('../../../test/vectors/queue.json', import.meta.url), 'utf8'))
  .histories as Vector[];

const rulesOf = (history: readonly HistoryEvent[]) => [
  ...new Set(checkHistory(history).violations.map(({ rule }) => rule)),
];

test.for(vectors)('judges as the vector says: $name', ({ history, rules }) => {
  expect(rulesOf(history).sort()).toEqual([...rules].sort());
  expect(checkHistory(history).ok).toBe(rules.length === 0);
});

/** A good history of many jobs: keys in order, retries, crashes and redrives, all explained. */
function goodHistory(seed: number, jobs: number): HistoryEvent[] {
  const random = new SeededRandom(seed);
  const history: HistoryEvent[] = [];
  const see = (event: Omit<HistoryEvent, 't'>) => void history.push({ t: history.length, ...event });
  let fence = 2n ** 53n;
  for (let index = 0; index < jobs; index += 1) {
    const job = { id: `job-${index}`, key: index % 3 === 0 ? undefined : `key-${index % 7}` };
    see({ op: 'add', phase: 'invoke', ...job, seq: index });
    see({ op: 'add', phase: 'ok', ...job, seq: index });
  }
  for (let index = 0; index < jobs; index += 1) {
    const id = `job-${index}`;
    for (let delivery = 1; ; delivery += 1) {
      fence += 1n;
      const run = { id, worker: `w${index}-${delivery}`, fence: String(fence) };
      see({ op: 'start', ...run, delivery });
      const luck = random.next();
      if (luck < 0.2) see({ op: 'crash', worker: run.worker });
      else if (luck < 0.4) see({ op: 'settle', phase: 'ok', outcome: 'retry', ...run });
      else {
        see({ op: 'effect', accepted: true, ...run });
        see({ op: 'settle', phase: 'ok', outcome: 'done', ...run });
        break;
      }
    }
  }
  see({ op: 'end' });
  return history;
}

test('finds nothing in a good history, and counts it', () => {
  const history = goodHistory(7, 300);
  const { ok, violations, stats } = checkHistory(history);
  expect(violations).toEqual([]);
  expect(ok).toBe(true);
  expect(stats).toMatchObject({ events: history.length, added: 300, keys: 7, settled: { done: 300 } });
  expect(stats.started - stats.redelivered).toBe(300);
  expect(stats.redelivered).toBe(stats.faults + (stats.settled.retry ?? 0));
});

type Plant = (history: HistoryEvent[], at: (op: string, more?: Partial<HistoryEvent>) => number) => void;

const plants: Readonly<Record<HistoryRule, Plant>> = {
  lost: (history, at) => void history.splice(at('settle', { outcome: 'done' }), 1),
  unexpected: (history, at) => void history.splice(at('start'), 0, { t: 0, op: 'start', id: 'ghost', fence: '1' }),
  'double-settle'(history, at) {
    const index = at('settle', { outcome: 'done' });
    history.splice(index, 0, history[index] as HistoryEvent);
  },
  'fence-order'(history, at) {
    const index = at('effect');
    const effect = history[index] as HistoryEvent;
    history.splice(index + 1, 0, { ...effect, fence: String(BigInt(effect.fence ?? 0) - 1n) });
  },
  'unexplained-duplicate'(history, at) {
    const index = at('effect');
    const { id, fence } = history[index] as HistoryEvent;
    history.splice(index, 0, { t: 0, op: 'start', id, worker: 'twin', fence: String(fence) });
    // The twin's fence is as good as the first one's: the rule of fences is planted elsewhere.
    history[index] = { t: 0, op: 'start', id, worker: 'twin' };
  },
  'stale-settle'(history, at) {
    const index = at('settle', { outcome: 'done' });
    const settle = history[index] as HistoryEvent;
    history[index] = { ...settle, fence: String(BigInt(settle.fence ?? 0) - 1n) };
  },
  fifo(history) {
    const adds = history.filter(({ op, key }) => op === 'add' && key === 'key-1');
    const [first, last] = [adds[0] as HistoryEvent, adds.at(-1) as HistoryEvent];
    history.forEach((event, index) => {
      if (event.op !== 'add') return;
      if (event.id === first.id) history[index] = { ...event, seq: last.seq };
      if (event.id === last.id) history[index] = { ...event, seq: first.seq };
    });
  },
  'key-overlap'(history, at) {
    // The settle of a job moves behind the start of the next of its key.
    const settle = history.splice(at('settle', { outcome: 'done', id: 'job-1' }), 1)[0] as HistoryEvent;
    history.splice(at('start', { id: 'job-8' }) + 1, 0, settle);
  },
};

test.for(Object.entries(plants))('finds a planted %s, and nothing else', ([rule, plant]) => {
  for (let seed = 1; seed <= 20; seed += 1) {
    const history = goodHistory(seed, 40);
    plant(history, (op, more = {}) => {
      const fits = (event: HistoryEvent) =>
        event.op === op && Object.entries(more).every(([name, value]) => event[name as keyof HistoryEvent] === value);
      const found = history.findIndex(fits);
      expect(found, `a ${op} to break with seed ${seed}`).toBeGreaterThanOrEqual(0);
      return found;
    });
    expect(rulesOf(history), `seed ${seed}`).toEqual([rule]);
  }
});

test('takes a settle that was sent for an end of the run, whatever its answer was', () => {
  const add = (id: string): HistoryEvent[] => [
    { t: 0, op: 'add', phase: 'invoke', id, key: 'k' },
    { t: 0, op: 'add', phase: 'ok', id, key: 'k' },
  ];
  const history: HistoryEvent[] = [
    ...add('a'),
    ...add('b'),
    { t: 0, op: 'start', id: 'a', worker: 'one', fence: '1' },
    { t: 0, op: 'settle', phase: 'invoke', id: 'a', worker: 'one', fence: '1', outcome: 'done' },
    { t: 0, op: 'start', id: 'b', worker: 'two', fence: '2' },
    { t: 0, op: 'settle', phase: 'ok', id: 'a', worker: 'one', fence: '1', outcome: 'done' },
  ];
  expect(rulesOf(history)).toEqual([]);
});

test('wants a redriven job to end again', () => {
  const history = goodHistory(3, 5);
  history.splice(-1, 0, { t: 0, op: 'settle', phase: 'ok', outcome: 'redrive', id: 'job-2' });
  expect(rulesOf(history)).toEqual(['lost']);
});

test('judges a hundred thousand events in a moment', () => {
  const history = goodHistory(11, 30_000);
  expect(history.length).toBeGreaterThan(100_000);
  expect(checkHistory(history).ok).toBe(true);
});

test('refuses what is no history', () => {
  expect(() => checkHistory(null as never)).toThrow(new TypeError('history must be an array of events, got null'));
});

test.each<[unknown, string]>([
  [null, 'event 1 must be an object, got null'],
  [5, 'event 1 must be an object, got 5'],
  [{ t: 1 }, 'op of event 1 must be one of '],
  [{ t: 1, op: 'began', id: 'a' }, "op of event 1 must be one of 'add', "],
  [
    { t: 1, op: 'add', phase: 'done', id: 'a' },
    "phase of event 1 must be one of 'invoke', 'ok', 'fail', 'info', got 'done'",
  ],
  [{ t: 1, op: 'start' }, 'id of event 1 must be a string, got undefined'],
  [{ t: 1, op: 'settle', phase: 'ok', outcome: 'done' }, 'id of event 1 must be a string, got undefined'],
  [{ t: 1, op: 'add', phase: 'ok', id: 5 }, 'id of event 1 must be a string, got 5'],
  [{ t: 1, op: 'add', phase: 'ok', id: 'a', key: 5 }, 'key of event 1 must be a string, got 5'],
  [{ t: 1, op: 'add', phase: 'ok', id: 'a', seq: 0.5 }, 'seq of event 1 must be an integer'],
  [{ t: 1, op: 'start', id: 'a', fence: 'x' }, "fence of event 1 must be the digits of an integer, got 'x'"],
  [{ t: 1, op: 'start', id: 'a', fence: Number.NaN }, 'fence of event 1 must be the digits of an integer, got NaN'],
])('refuses %o in the place of an event', (event, message) => {
  const history = [{ t: 0, op: 'fault' }, event] as HistoryEvent[];
  expect(() => checkHistory(history)).toThrow(TypeError);
  expect(() => checkHistory(history)).toThrow(message);
});

test('takes an add that was refused before it had an id', () => {
  expect(checkHistory([{ t: 0, op: 'add', phase: 'invoke' }]).ok).toBe(true);
});

test('says nothing of the turn of a job in its key that was delayed, and holds the others to theirs', () => {
  const add = (id: string, unordered = false): HistoryEvent[] => [
    { t: 0, op: 'add', phase: 'invoke', id, key: 'k', unordered },
    { t: 0, op: 'add', phase: 'ok', id, key: 'k' },
  ];
  const run = (id: string, fence: number): HistoryEvent[] => [
    { t: 0, op: 'start', id, worker: 'w', fence },
    { t: 0, op: 'settle', phase: 'ok', outcome: 'done', id, worker: 'w', fence },
  ];
  const adds = [...add('late', true), ...add('a'), ...add('b')];
  expect(rulesOf([...adds, ...run('a', 1), ...run('b', 2), ...run('late', 3)])).toEqual([]);
  expect(rulesOf([...adds, ...run('late', 1), ...run('a', 2), ...run('b', 3)])).toEqual([]);
  expect(rulesOf([...adds, ...run('b', 1), ...run('late', 2), ...run('a', 3)])).toEqual(['fifo']);
});
