import { ManualClock, MemoryLogger, RecordingMeter, SeededRandom } from '@xc/core/testing';
import { createPool, type Pool, type PoolEvent, type PoolOptions } from '../src/index.ts';
import {
  type FakeFactory,
  type FakeFactoryOptions,
  type FakeResource,
  fakeFactory,
} from '../src/testing/fake-factory.ts';

/** A pool of fakes on a clock that stands still, and everything that can be seen of it. */
export interface GivenPool {
  readonly clock: ManualClock;
  readonly factory: FakeFactory;
  readonly pool: Pool<FakeResource>;
  readonly events: PoolEvent[];
  readonly meter: RecordingMeter;
  readonly logger: MemoryLogger;
  /** The types of the events so far, in order. */
  types(): string[];
  /** Lets everything happen that needs no time. */
  settle(): Promise<void>;
}

export function givenPool(
  options: PoolOptions = {},
  fake: Omit<FakeFactoryOptions, 'clock'> = {},
  change: (factory: FakeFactory) => void = () => {},
): GivenPool {
  const clock = new ManualClock();
  const factory = fakeFactory({ clock, ...fake });
  change(factory);
  const events: PoolEvent[] = [];
  const meter = new RecordingMeter();
  const logger = new MemoryLogger();
  const seen = {
    clock,
    meter,
    logger,
    random: new SeededRandom(1),
    onEvent: (event: PoolEvent) => void events.push(event),
  };
  const pool = createPool(factory, { ...seen, ...options });
  return {
    clock,
    factory,
    pool,
    events,
    meter,
    logger,
    types: () => events.map(({ type }) => type),
    settle: () => clock.advance(0),
  };
}

/** How a promise ends, without ever being an unhandled rejection. */
export function outcome<T>(promise: Promise<T>): Promise<{ value?: T; error?: unknown }> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** Whether a promise has settled yet. */
export function watched<T>(promise: Promise<T>): { settled: boolean; value?: T; error?: unknown } {
  const seen: { settled: boolean; value?: T; error?: unknown } = { settled: false };
  promise.then(
    (value) => Object.assign(seen, { settled: true, value }),
    (error: unknown) => Object.assign(seen, { settled: true, error }),
  );
  return seen;
}
