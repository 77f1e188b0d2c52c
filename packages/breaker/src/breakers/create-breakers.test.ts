import { ManualClock, MemoryLogger } from '@xc/core/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pipeline } from '../pipeline/pipeline.ts';
import type { BreakersOptions } from './breakers.ts';
import { createBreakers } from './create-breakers.ts';

const down = new Error('down');

function fixture(options: BreakersOptions = {}) {
  const clock = new ManualClock();
  const logger = new MemoryLogger();
  const breakers = createBreakers({ clock, logger, ...options });
  const keys = () => [...breakers.entries()].map(([key]) => key);
  return { clock, logger, breakers, keys };
}

describe('a registry', () => {
  test('keeps a breaker for each key', () => {
    const { breakers } = fixture();
    const one = breakers.for('one');
    expect(breakers.for('one')).toBe(one);
    expect(breakers.for('other')).not.toBe(one);
    expect(breakers.peek('one')).toBe(one);
    expect(breakers.peek('nobody')).toBeUndefined();
    expect([...breakers.entries()]).toEqual([
      ['one', one],
      ['other', breakers.peek('other')],
    ]);
    expect(breakers.size).toBe(2);
    expect(breakers.delete('one')).toBe(true);
    expect(breakers.delete('one')).toBe(false);
    expect(breakers.for('one')).not.toBe(one);
  });

  test('as a policy picks by the key of the run, the empty one when there is none', async () => {
    const { breakers, keys } = fixture({ defaults: { minimumCalls: 1 } });
    await breakers.run(() => Promise.reject(down), { key: 'a' }).catch(() => {});
    await breakers.run(() => 1, { key: 'b' });
    await breakers.run(() => 1);
    await expect(breakers.run(() => 1, { key: 'a' })).rejects.toMatchObject({ details: { breaker: 'a' } });
    expect(await breakers.run(({ key }) => key, { key: 'b' })).toBe('b');
    expect(keys()).toEqual(['a', 'b', '']);
    expect(breakers.peek('')?.snapshot().calls).toBe(1);
  });

  test('does the same inside a pipeline', async () => {
    const { breakers } = fixture({ defaults: { minimumCalls: 1 } });
    const guarded = pipeline([breakers]);
    await guarded.run(() => Promise.reject(down), { key: 'a' }).catch(() => {});
    expect(breakers.peek('a')?.state).toBe('open');
    expect(await guarded.run(() => 1, { key: 'b' })).toBe(1);
  });

  test('names a breaker after its key, or as forKey says; a key may be long or empty', () => {
    const { breakers } = fixture({ name: 'hosts', forKey: (key) => (key === 'x' ? { name: 'the x' } : undefined) });
    expect(breakers.name).toBe('hosts');
    const long = 'k'.repeat(500);
    expect(['a', 'x', '', long].map((key) => breakers.for(key).name)).toEqual(['a', 'the x', '', long]);
  });

  test('takes its own name, clock and logger from the defaults when it has none', () => {
    const clock = new ManualClock();
    expect(createBreakers({ defaults: { name: 'hosts', clock } }).name).toBe('hosts');
    expect(createBreakers().name).toBe('breaker');
  });

  test('puts what forKey says over the defaults, half-open one by one', () => {
    const { breakers } = fixture({
      defaults: { minimumCalls: 1, halfOpen: { permits: 3, maxWaitMs: 50 }, initialState: 'disabled' },
      forKey: (key) => (key === 'own' ? { openForMs: 7, initialState: 'closed', halfOpen: { permits: 1 } } : undefined),
    });
    const own = breakers.for('own');
    own.tryAcquire()?.failure(down);
    expect(own.snapshot()).toMatchObject({ state: 'open', retryAfterMs: 7 });
    own.halfOpen();
    expect(own.snapshot().probesLeft).toBe(1);
    expect(breakers.for('other').state).toBe('disabled');
  });

  test('a clock of its own measures the calls of its key', async () => {
    const own = new ManualClock();
    const { breakers, clock } = fixture({
      defaults: { slowAfterMs: 100 },
      forKey: (key) => (key === 'own' ? { clock: own } : undefined),
    });
    await own.advance(1_000_000);
    const run = breakers.run(() => own.sleep(200), { key: 'own' });
    await own.advance(200);
    await run;
    expect(breakers.for('own').snapshot()).toMatchObject({ calls: 1, slow: 1 });
    expect(clock.monotonic()).toBe(0);
  });

  test('what forKey throws, and bad options it gives, reach whoever asked', async () => {
    const { breakers } = fixture({
      forKey: (key) => {
        if (key === 'bad') return { failureRate: 2 };
        throw down;
      },
    });
    expect(() => breakers.for('a')).toThrow(down);
    expect(() => breakers.for('bad')).toThrow(RangeError);
    await expect(breakers.run(() => 1, { key: 'a' })).rejects.toBe(down);
    expect(breakers.size).toBe(0);
  });

  test('forKey may ask for the very key it is asked about', () => {
    let asked = 0;
    const { breakers } = fixture({
      forKey: (key) => {
        asked++;
        if (asked === 1) breakers.for(key).open();
        return undefined;
      },
    });
    expect(breakers.for('a').state).toBe('open');
    expect([asked, breakers.size]).toEqual([2, 1]);
  });

  test('refuses bad options', () => {
    expect(() => createBreakers({ maxKeys: 0 })).toThrow(new RangeError('maxKeys must be a positive integer, got 0'));
    expect(() => createBreakers({ idleMs: -1 })).toThrow(RangeError);
    expect(() => createBreakers({ forKey: {} as never })).toThrow(TypeError);
    expect(() => createBreakers({ default: {} } as never)).toThrow(new TypeError('unknown option default'));
    expect(() => createBreakers({ defaults: { failureTreshold: 1 } as never })).toThrow(
      new TypeError('unknown option failureTreshold'),
    );
    expect(() => fixture().breakers.for(undefined as never)).toThrow(TypeError);
    expect(() => fixture().breakers.on('opened' as never, () => {})).toThrow(TypeError);
  });
});

describe('bounds', () => {
  test('100,001 keys in a registry of 10,000, all closed: the least recently used go, the open ones stay', () => {
    const { breakers } = fixture({ maxKeys: 10_000 });
    const open = Array.from({ length: 100 }, (_, index) => `open ${index}`);
    for (const key of open) breakers.for(key).open();
    for (let key = 0; key < 100_001; key++) {
      breakers.for(String(key));
      if (key % 1_000 === 0) breakers.for('0');
    }
    expect(breakers.size).toBe(10_000);
    for (const key of open) expect(breakers.peek(key)?.state).toBe('open');
    expect(breakers.peek('0')).toBeDefined();
    expect(breakers.peek('100000')).toBeDefined();
    expect(breakers.peek(String(100_000 - 9_898))).toBeDefined();
    expect(breakers.peek(String(100_000 - 9_899))).toBeUndefined();
  });

  test('every breaker in use: new keys share one named overflow, logged once, and memory stays bounded', async () => {
    const { breakers, logger } = fixture({ maxKeys: 3, name: 'hosts' });
    const permit = breakers.for('busy').tryAcquire();
    breakers.for('open').open();
    breakers.for('forced').forceOpen();
    const shared = breakers.for('new');
    expect(shared.name).toBe('overflow');
    for (let key = 0; key < 1_000; key++) expect(breakers.for(`new ${key}`)).toBe(shared);
    expect(breakers.size).toBe(3);
    expect(breakers.peek('new')).toBeUndefined();
    expect(logger.find({ level: 'warn', fields: { name: 'hosts', maxKeys: 3 } })).toHaveLength(1);
    expect(await breakers.run(() => 'through', { key: 'new' })).toBe('through');
    permit?.success();
    expect(breakers.for('new').name).toBe('new');
    expect(breakers.peek('busy')).toBeUndefined();
  });

  test('a breaker that closes makes room at once', () => {
    const { breakers } = fixture({ maxKeys: 2 });
    const [one, two] = [breakers.for('one'), breakers.for('two')];
    one.open();
    two.open();
    expect(breakers.for('three').name).toBe('overflow');
    two.close();
    expect(breakers.for('three').name).toBe('three');
    expect(breakers.peek('one')).toBe(one);
    expect(breakers.peek('two')).toBeUndefined();
  });

  test('a half-open breaker that ends unseen makes room too', async () => {
    const { breakers, clock } = fixture({ maxKeys: 1, defaults: { halfOpen: { maxWaitMs: 10, onMaxWait: 'closed' } } });
    const one = breakers.for('one');
    one.open();
    one.halfOpen();
    expect(breakers.for('two').name).toBe('overflow');
    await clock.advance(10);
    expect(breakers.for('two').name).toBe('two');
  });

  test('an idle breaker is forgotten, one in use is not', async () => {
    const { breakers, clock, keys } = fixture({ idleMs: 1_000 });
    const [idle, open] = [breakers.for('idle'), breakers.for('open')];
    const permit = breakers.for('busy').tryAcquire();
    open.open();
    await clock.advance(999);
    expect(breakers.peek('idle')).toBe(idle);
    await clock.advance(1);
    expect(breakers.peek('idle')).toBeUndefined();
    expect(keys()).toEqual(['open', 'busy']);
    permit?.success();
    open.close();
    expect(breakers.size).toBe(0);
  });

  test('asking for a key keeps it, peeking does not', async () => {
    const { breakers, clock, keys } = fixture({ idleMs: 1_000 });
    breakers.for('asked');
    breakers.for('peeked');
    await clock.advance(600);
    breakers.for('asked');
    breakers.peek('peeked');
    await clock.advance(600);
    expect(keys()).toEqual(['asked']);
  });

  test('keeps what a list of keys by last use keeps', () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.record({ op: fc.constant('for' as const), key: fc.nat(9).map(String) }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('open' as const), key: fc.nat(9).map(String) }) },
      { weight: 2, arbitrary: fc.record({ op: fc.constant('close' as const), key: fc.nat(9).map(String) }) },
      { weight: 1, arbitrary: fc.record({ op: fc.constant('delete' as const), key: fc.nat(9).map(String) }) },
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 60 }), (maxKeys, steps) => {
        let time = 0;
        const clock = Object.assign(new ManualClock(), { monotonic: () => time });
        const breakers = createBreakers({ maxKeys, clock });
        let kept: { key: string; open: boolean }[] = [];
        for (const { op, key } of steps) {
          time++;
          const found = kept.find((one) => one.key === key);
          if (op === 'for') {
            const { name } = breakers.for(key);
            kept = kept.filter((one) => one !== found);
            if (!found && kept.length === maxKeys) {
              const victim = kept.find((one) => !one.open);
              if (victim) kept = kept.filter((one) => one !== victim);
            }
            const fits = found !== undefined || kept.length < maxKeys;
            expect(name).toBe(fits ? key : 'overflow');
            if (fits) kept.push(found ?? { key, open: false });
          } else if (op === 'delete') {
            expect(breakers.delete(key)).toBe(found !== undefined);
            kept = kept.filter((one) => one !== found);
          } else {
            if (op === 'open') breakers.peek(key)?.open();
            else breakers.peek(key)?.close();
            if (found) found.open = op === 'open';
          }
          expect([...breakers.entries()].map(([name]) => name).sort()).toEqual(kept.map((one) => one.key).sort());
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('events', () => {
  test('of every breaker, of those to come as well, with the key', () => {
    const { breakers } = fixture({ maxKeys: 2 });
    const old = breakers.for('old');
    const heard: unknown[] = [];
    const off = breakers.on('transition', ({ key, name, to }) => heard.push([key, name, to]));
    old.open();
    breakers.for('new').open();
    breakers.for('over').open();
    off();
    old.close();
    expect(heard).toEqual([
      ['old', 'old', 'open'],
      ['new', 'new', 'open'],
      ['overflow', 'overflow', 'open'],
    ]);
  });

  test('reach the listeners of the breaker first, and one that throws harms nobody', () => {
    const { breakers, logger } = fixture();
    const heard: string[] = [];
    breakers.on('reset', ({ key }) => heard.push(`registry ${key}`));
    breakers.on('reset', () => {
      throw down;
    });
    breakers.for('a').on('reset', () => heard.push('breaker'));
    breakers.for('a').reset();
    expect(heard).toEqual(['breaker', 'registry a']);
    expect(logger.find({ level: 'error', fields: { err: down } })).toHaveLength(1);
  });
});
