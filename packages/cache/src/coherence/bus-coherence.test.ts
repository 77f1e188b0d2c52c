import { type Bus, type BusHandlers, localBus, noopLogger } from '@xc/core';
import { ManualClock, SeededRandom } from '@xc/core/testing';
import { expect, test } from 'vitest';
import { busCoherence } from './bus-coherence.ts';
import type { CoherenceLink, GapCause } from './coherence.ts';
import type { CoherenceMessage } from './coherence-message.ts';

const clock = (): ManualClock => new ManualClock();
const drop = (key: string): CoherenceMessage => ({ kind: 'drop', keys: [key], groups: [], lengths: [], version: 5n });

interface Node {
  readonly link: CoherenceLink;
  readonly keys: string[];
  readonly gaps: GapCause[];
  readonly states: boolean[];
}

/** A bus that loses, holds back or doubles what a test says. */
class UnsteadyBus implements Bus {
  readonly #inner = localBus();
  fate: 'deliver' | 'lose' | 'hold' | 'twice' = 'deliver';
  readonly held: (() => Promise<void>)[] = [];
  readonly handlers: BusHandlers[] = [];

  async publish(channel: string, message: Uint8Array): Promise<void> {
    const send = (): Promise<void> => this.#inner.publish(channel, message);
    if (this.fate === 'lose') return;
    if (this.fate === 'hold') this.held.push(send);
    else await send();
    if (this.fate === 'twice') await send();
  }

  subscribe(channel: string, handlers: BusHandlers): ReturnType<Bus['subscribe']> {
    this.handlers.push(handlers);
    return this.#inner.subscribe(channel, handlers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#inner[Symbol.asyncDispose]();
  }
}

let nodes = 0;

async function join(bus: Bus, time: ManualClock, cache = 'c'): Promise<Node> {
  const [keys, gaps, states] = [[] as string[], [] as GapCause[], [] as boolean[]];
  nodes += 1;
  const node = { cache, id: `n${nodes}`, clock: time, random: new SeededRandom(1), logger: noopLogger };
  const link = busCoherence(bus, { heartbeatMs: 1_000 }).open(node, {
    message: (message) => void keys.push(...message.keys),
    gap: (cause) => void gaps.push(cause),
    state: (up) => void states.push(up),
    unsupported: () => {},
  });
  await time.advance(0);
  return { link, keys, gaps, states };
}

/** Two nodes that know each other. */
async function pair(): Promise<{ bus: UnsteadyBus; time: ManualClock; a: Node; b: Node }> {
  const [bus, time] = [new UnsteadyBus(), clock()];
  const [a, b] = [await join(bus, time), await join(bus, time)];
  await time.advance(2_000);
  for (const { gaps } of [a, b]) gaps.length = 0;
  return { bus, time, a, b };
}

test('tells the others, and not itself', async () => {
  const { time, a, b } = await pair();
  await a.link.publish(drop('k'));
  await time.advance(0);
  expect([a.keys, b.keys]).toEqual([[], ['k']]);
  await time.advance(60_000);
  expect([a.gaps, b.gaps]).toEqual([[], []]);
  expect(b.states).toEqual([true]);
});

test('keeps caches of different names apart', async () => {
  const [bus, time] = [localBus(), clock()];
  const [a, b] = [await join(bus, time, 'one'), await join(bus, time, 'two')];
  await a.link.publish(drop('k'));
  await time.advance(5_000);
  expect(b.keys).toEqual([]);
});

test('finds a lost message by the next one', async () => {
  const { bus, time, a, b } = await pair();
  bus.fate = 'lose';
  await a.link.publish(drop('lost'));
  bus.fate = 'deliver';
  await a.link.publish(drop('next'));
  await time.advance(1_000);
  expect(b.keys).toEqual(['next']);
  expect(b.gaps).toEqual(['sequence']);
});

test('finds the last message lost by the signs of life, within three heartbeats', async () => {
  const { bus, time, a, b } = await pair();
  bus.fate = 'lose';
  await a.link.publish(drop('lost'));
  bus.fate = 'deliver';
  await time.advance(3_000);
  expect(b.gaps).toEqual(['sequence']);
  await time.advance(60_000);
  expect(b.gaps).toEqual(['sequence']);
});

test('waits for a message that another has overtaken', async () => {
  const { bus, time, a, b } = await pair();
  bus.fate = 'hold';
  await a.link.publish(drop('first'));
  bus.fate = 'deliver';
  await a.link.publish(drop('second'));
  await time.advance(200);
  await bus.held[0]?.();
  await time.advance(10_000);
  expect(b.keys).toEqual(['second', 'first']);
  expect(b.gaps).toEqual([]);
});

test('takes no harm from messages that come twice', async () => {
  const { bus, time, a, b } = await pair();
  bus.fate = 'twice';
  for (let round = 0; round < 5; round++) await a.link.publish(drop('k'));
  await time.advance(10_000);
  expect(b.gaps).toEqual([]);
});

test('counts what a node said before it was first heard as lost', async () => {
  const { bus, time, b } = await pair();
  bus.fate = 'lose';
  const late = await join(bus, time);
  await late.link.publish(drop('lost'));
  bus.fate = 'deliver';
  await time.advance(3_000);
  expect(b.gaps).toEqual(['sequence']);
});

test('takes silence for loss after three heartbeats, and says when it is over', async () => {
  const { bus, time, b } = await pair();
  bus.fate = 'lose';
  await time.advance(2_500);
  expect(b.gaps).toEqual([]);
  await time.advance(1_500);
  expect(b.gaps).toEqual(['silence']);
  expect(b.states.at(-1)).toBe(false);
  bus.fate = 'deliver';
  await time.advance(1_000);
  expect(b.gaps).toContain('reconnect');
  expect(b.states.at(-1)).toBe(true);
});

test('passes on that the bus may have missed something', async () => {
  const { bus, b } = await pair();
  bus.handlers[1]?.gap();
  expect(b.gaps).toEqual(['reconnect']);
});

test('takes what it cannot read for a loss', async () => {
  const { bus, b } = await pair();
  bus.handlers[1]?.message(Uint8Array.of(1, 2, 3));
  expect(b.gaps).toEqual(['undecodable']);
});

test('joins later where the bus is not there yet', async () => {
  const [bus, time] = [localBus(), clock()];
  let away = true;
  const moody: Bus = {
    publish: (channel, message) => (away ? Promise.reject(new Error('away')) : bus.publish(channel, message)),
    subscribe: (channel, handlers) => (away ? Promise.reject(new Error('away')) : bus.subscribe(channel, handlers)),
    [Symbol.asyncDispose]: () => bus[Symbol.asyncDispose](),
  };
  const a = await join(moody, time);
  await expect(a.link.publish(drop('k'))).rejects.toThrow('away');
  expect(a.states).toEqual([]);
  away = false;
  await time.advance(1_000);
  expect(a.states).toEqual([true]);
  expect(a.gaps).toEqual(['start']);
});

test('is silent and deaf once disposed of', async () => {
  const { bus, time, a, b } = await pair();
  await b.link[Symbol.asyncDispose]();
  await b.link[Symbol.asyncDispose]();
  await a.link.publish(drop('k'));
  bus.fate = 'lose';
  await time.advance(60_000);
  expect([b.keys, b.gaps]).toEqual([[], []]);
});

test('refuses what is no bus and options that are none', () => {
  expect(() => busCoherence({} as never)).toThrow('bus must have publish and subscribe, got object');
  expect(() => busCoherence(localBus(), { heartbeatMs: 0 })).toThrow(RangeError);
  expect(() => busCoherence(localBus(), { heartbeatMs: '1' as never })).toThrow(TypeError);
  expect(() => busCoherence(localBus(), { beat: 1 } as never)).toThrow('unknown option beat: it is heartbeatMs');
});
