import { noopMeter } from '@xc/core';
import { ManualClock, RecordingMeter } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { Counted } from './counted.ts';
import { Timed } from './timed-method.ts';

const clock = new ManualClock();
const meter = new RecordingMeter();
const help = 'Calls.';

let queries = 0;

/** Runs each time that it is asked, and calls back twice, the wrong way the second time. */
const moody = {
  // biome-ignore lint/suspicious/noThenProperty: a thenable of somebody else is what is tested
  then(ok: (value: number) => void, no: (error: Error) => void) {
    queries++;
    ok(7);
    ok(8);
    no(new Error('changed my mind'));
  },
};

class Service {
  readonly factor = 2;

  @Counted(meter, { name: 'sync_total', help })
  double(value: number, fails = false): number {
    if (fails) throw new RangeError('no');
    return value * this.factor;
  }

  @Counted(meter, { name: 'moody_total', help })
  moody(): typeof moody {
    return moody;
  }

  @Timed(meter, { name: 'slow_seconds', help, buckets: [1], clock })
  async slow(ms: number): Promise<number> {
    await clock.sleep(ms);
    return ms;
  }

  @Timed(meter, { name: 'static_seconds', help, clock })
  static shared(): string {
    return 'shared';
  }

  @Counted(noopMeter, { name: 'hidden_total', help })
  async #hidden(): Promise<number> {
    return 1;
  }

  hidden(): Promise<number> {
    return this.#hidden();
  }
}

test('a method is counted once for how it ended, and passes its result and error on', () => {
  const service = new Service();
  expect(service.double(4)).toBe(8);
  expect(() => service.double(4, true)).toThrow(new RangeError('no'));
  expect(meter.value('sync_total', { outcome: 'ok' })).toBe(1);
  expect(meter.value('sync_total', { outcome: 'error' })).toBe(1);
});

test('a thenable is asked and measured once, whatever it calls', async () => {
  expect(await new Service().moody()).toBe(7);
  expect(queries).toBe(1);
  expect(meter.value('moody_total', { outcome: 'ok' })).toBe(1);
  expect(meter.value('moody_total', { outcome: 'error' })).toBe(0);
});

test('a promise is measured until it settles', async () => {
  const slow = new Service().slow(250);
  await clock.advance(250);
  expect(await slow).toBe(250);
  expect(meter.observations('slow_seconds')).toEqual([0.25]);
});

test('static and private methods work', async () => {
  expect(Service.shared()).toBe('shared');
  expect(meter.observations('static_seconds')).toEqual([0]);
  await expect(new Service().hidden()).resolves.toBe(1);
});

test('name and length stay', () => {
  expect([Service.prototype.double.name, Service.prototype.double.length]).toEqual(['double', 1]);
  expect([Service.prototype.slow.name, Service.prototype.slow.length]).toEqual(['slow', 1]);
});
