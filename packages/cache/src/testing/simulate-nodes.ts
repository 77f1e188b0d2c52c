import type { Clock } from '@xc/core';
import { SeededRandom } from '@xc/core/testing';
import type { Cache } from '../api/cache.ts';
import type { EntryOptions } from '../api/entry-options.ts';
import type { Target } from '../api/target.ts';
import { busCoherence } from '../coherence/bus-coherence.ts';
import { createCache } from '../create-cache.ts';
import { memoryTier } from '../memory-tier/memory-tier.ts';
import { checkNames } from '../options/check-names.ts';
import { checkInteger } from '../options/check-number.ts';
import { checkFunction } from '../options/entry-plan.ts';
import type { Tier } from '../tier/tier.ts';
import { chaosTier } from './chaos-tier.ts';
import { ConsistencyOracle } from './consistency-oracle.ts';
import { SimulatedBus } from './simulated-bus.ts';
import type { SimulatedStep } from './simulated-step.ts';

/** A clock that a simulation moves by itself. */
export interface MovableClock extends Clock {
  /** Moves on, and lets happen what is due. */
  advance(ms: number): Promise<void>;
}

/** Options of {@link simulateNodes}. */
export interface SimulationOptions {
  /** How many. */
  readonly nodes: number;
  /** Of all chance: the same seed and steps give the same run. */
  readonly seed: number;
  /** Such as `ManualClock`; nothing else may use it meanwhile. */
  readonly clock: MovableClock;
  /**
   * The tier that they share.
   * @defaultValue memoryTier
   */
  readonly tier?: Tier;
  /** @defaultValue 1_000 */
  readonly heartbeatMs?: number;
  /** How entries are made. */
  readonly entries?: EntryOptions;
}

/** Nodes under way. */
export interface Simulation extends AsyncDisposable {
  readonly nodes: readonly Cache[];
  /** The keys that steps speak of by number: of two tags and two prefixes. */
  readonly keys: readonly string[];
  /** @throws Error that names the seed and what happened, where a read returned what it must not. */
  run(step: SimulatedStep): Promise<void>;
  /** Ends all troubles, waits until everything has arrived, and reads every key on every node. @throws as `run`. */
  heal(): Promise<void>;
}

const KEYS = ['a:1', 'a:2', 'b:1', 'b:2'];
const CALM = { lose: 0, duplicate: 0, delay: 0, delayMs: 300 };
const STORMY = { lose: 0.25, duplicate: 0.15, delay: 0.2, delayMs: 300 };

/**
 * Runs nodes of one cache over a bus that loses messages and a tier that fails, against a database whose versions only grow, and
 * checks every read: none that began after a resolved invalidation returns an older version than the database had then.
 *
 * @throws TypeError or RangeError, naming the option, where options are wrong.
 */
export function simulateNodes(options: SimulationOptions): Simulation {
  checkNames('options', options, ['nodes', 'seed', 'clock', 'tier', 'heartbeatMs', 'entries']);
  checkInteger('nodes', options.nodes, 1);
  checkInteger('seed', options.seed, Number.MIN_SAFE_INTEGER);
  checkFunction('clock.advance', (options.clock as MovableClock | undefined)?.advance);
  return new NodeSimulation(options);
}

function isTroubled(node: Cache): boolean {
  const { recoveryQueue, l2 } = node.stats();
  return recoveryQueue > 0 || l2 === 'away';
}

class NodeSimulation implements Simulation {
  readonly keys = KEYS;
  readonly #options: SimulationOptions;
  readonly #heartbeatMs: number;
  readonly #random: SeededRandom;
  readonly #bus: SimulatedBus;
  readonly #oracle: ConsistencyOracle;
  readonly #tier: Tier;
  readonly #faults: { fail: number; delay: number; drop: number; delayMs: number; random: SeededRandom; clock: Clock };
  readonly #nodes: Cache[] = [];
  readonly #history: string[] = [];
  readonly #writes = new Set<Promise<void>>();
  readonly #reads = new Set<Promise<void>>();
  #loaderFails = false;
  #calm = false;
  #violation: Error | undefined;

  constructor(options: SimulationOptions) {
    const { seed, clock, nodes, heartbeatMs = 1_000, tier = memoryTier({ clock }) } = options;
    this.#options = options;
    this.#heartbeatMs = heartbeatMs;
    this.#random = new SeededRandom(seed);
    this.#bus = new SimulatedBus(clock, this.#random, () => (this.#calm ? CALM : STORMY));
    this.#oracle = new ConsistencyOracle(nodes, heartbeatMs);
    this.#faults = { fail: 0.05, delay: 0.1, drop: 0, delayMs: 40, random: this.#random, clock };
    this.#tier = chaosTier(tier, this.#faults);
    for (let node = 0; node < nodes; node++) this.#nodes.push(this.#create(node));
  }

  get nodes(): readonly Cache[] {
    return this.#nodes;
  }

  async run(step: SimulatedStep): Promise<void> {
    this.#note(JSON.stringify(step));
    if (step.kind === 'read') this.#track(this.#reads, this.#read(step.node, step.key, step.loadMs));
    else if (step.kind === 'look') this.#track(this.#reads, this.#look(step.node, step.key));
    else if (step.kind === 'many') this.#track(this.#reads, this.#readMany(step.node, step.loadMs));
    else if (step.kind === 'write') this.#track(this.#writes, this.#write(step.node, step.key, step.by));
    else if (step.kind === 'set') await this.#set(step.node, step.key);
    else if (step.kind === 'expire') void this.#node(step.node).expire({ key: this.#key(step.key) });
    else if (step.kind === 'touch') void this.#node(step.node).touch(this.#key(step.key), 20_000);
    else if (step.kind === 'pass') await this.#options.clock.advance(step.ms);
    else if (step.kind === 'cut') this.#cut(step.node);
    else if (step.kind === 'mend') this.#mend(step.node);
    else if (step.kind === 'tier')
      this.#faults[step.trouble === 'silent' ? 'drop' : 'fail'] = step.trouble === 'none' ? 0.05 : 1;
    else if (step.kind === 'loader') this.#loaderFails = step.fails;
    else await this.#crash(step.node);
    if (step.kind === 'tier' && step.trouble === 'none') this.#faults.drop = 0;
    await this.#options.clock.advance(0);
    if (this.#violation !== undefined) throw this.#violation;
  }

  async heal(): Promise<void> {
    const { clock } = this.#options;
    this.#note('heal');
    this.#calm = true;
    this.#loaderFails = false;
    Object.assign(this.#faults, { fail: 0, delay: 0, drop: 0 });
    for (let node = 0; node < this.#nodes.length; node++) this.#mend(node);
    await this.#finish(this.#writes);
    await this.#finish(this.#reads);
    // Spared tiers are tried again, and what waits for them arrives.
    for (let tries = 0; tries < 80 && this.#nodes.some(isTroubled); tries++) await clock.advance(500);
    this.#oracle.allDelivered(clock.monotonic());
    await clock.advance(3.1 * this.#heartbeatMs);
    for (let node = 0; node < this.#nodes.length; node++) {
      for (let key = 0; key < KEYS.length; key++) this.#track(this.#reads, this.#read(node, key, 1));
    }
    await this.#finish(this.#reads);
    if (this.#violation !== undefined) throw this.#violation;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()));
  }

  #create(node: number): Cache {
    const { clock, entries = {} } = this.#options;
    const cache = createCache({
      clock,
      random: this.#random,
      l1: { maxItems: 64, policy: 'lru' },
      l2: this.#tier,
      coherence: busCoherence(this.#bus.end(node), { heartbeatMs: this.#heartbeatMs }),
      defaults: { ttlMs: 20_000, graceMs: 5_000, tags: (_, key) => [key.slice(0, 1)], ...entries },
    });
    // Without the second level a node can check nothing, and grace may serve what it has.
    cache.on('l2', ({ state }) => {
      this.#note(`l2 of ${node} ${state}`);
      if (this.#nodes[node] === cache) this.#reconnected(node);
    });
    return cache;
  }

  /** The node can hear and check again, or cannot. */
  #reconnected(node: number): void {
    const away = this.#bus.isCut(node) || this.#nodes[node]?.stats().l2 === 'away';
    this.#oracle.connected(node, away ? Number.POSITIVE_INFINITY : this.#options.clock.monotonic());
  }

  #node(node: number): Cache {
    return this.#nodes[node] as Cache;
  }

  #key(key: number): string {
    return KEYS[key] as string;
  }

  async #load(key: string, loadMs: number): Promise<number> {
    const version = this.#oracle.current(key);
    if (this.#loaderFails) throw new Error('the database is away');
    if (loadMs > 0) await this.#options.clock.sleep(loadMs);
    return version;
  }

  #read(node: number, index: number, loadMs: number): Promise<void> {
    const key = this.#key(index);
    const check = this.#expectation(node, key, 'read');
    return this.#node(node)
      .getOrSet(key, () => this.#load(key, loadMs))
      .then(check, () => {});
  }

  async #look(node: number, index: number): Promise<void> {
    const key = this.#key(index);
    this.#expectation(node, key, 'peek')(this.#node(node).peek(key));
    const check = this.#expectation(node, key, 'get');
    await this.#node(node)
      .get<number>(key)
      .then(check, () => {});
  }

  async #readMany(node: number, loadMs: number): Promise<void> {
    const checks = KEYS.map((key) => this.#expectation(node, key, 'getOrSetMany'));
    const load = (keys: readonly string[]) => Promise.all(keys.map((key) => this.#load(key, loadMs)));
    const values = await this.#node(node)
      .getOrSetMany(KEYS, load)
      .catch(() => undefined);
    if (values !== undefined) for (const [index, key] of KEYS.entries()) checks[index]?.(values.get(key));
  }

  async #write(node: number, index: number, by: 'key' | 'tag' | 'prefix' | 'all'): Promise<void> {
    const key = this.#key(index);
    const group = key.slice(0, 1);
    const covered = by === 'key' ? [key] : by === 'all' ? KEYS : KEYS.filter((one) => one.startsWith(group));
    this.#oracle.write(covered);
    const versions = new Map(covered.map((one) => [one, this.#oracle.current(one)]));
    const targets: Record<typeof by, Target> = {
      key: { key },
      tag: { tags: [group] },
      prefix: { prefix: `${group}:` },
      all: { all: true },
    };
    const owner = this.#node(node);
    const { delivered } = await owner.invalidate(targets[by]);
    if (this.#node(node) !== owner) return;
    this.#oracle.resolved(versions, node, this.#options.clock.monotonic(), delivered);
  }

  /** A set is a write of its own: one that overtakes another writer's invalidation would be that writer's fault. */
  async #set(node: number, index: number): Promise<void> {
    await this.#finish(this.#writes);
    const key = this.#key(index);
    this.#oracle.write([key]);
    const versions = new Map([[key, this.#oracle.current(key)]]);
    const setting = this.#node(node).set(key, this.#oracle.current(key));
    const done = setting.then(() => this.#oracle.resolved(versions, node, this.#options.clock.monotonic(), false));
    this.#track(this.#writes, done);
    await this.#finish(this.#writes);
  }

  #cut(node: number): void {
    this.#bus.cut(node);
    this.#reconnected(node);
  }

  #mend(node: number): void {
    if (!this.#bus.isCut(node)) return;
    this.#bus.mend(node);
    this.#reconnected(node);
  }

  async #crash(node: number): Promise<void> {
    const old = this.#node(node);
    this.#nodes[node] = this.#create(node);
    this.#oracle.crashed(node, this.#options.clock.monotonic());
    this.#reconnected(node);
    await old[Symbol.asyncDispose]();
  }

  /** What a read that begins now may return. */
  #expectation(node: number, key: string, how: string): (version: number | undefined) => void {
    const now = this.#options.clock.monotonic();
    const oldestAllowed = this.#oracle.oldestAllowed(key, node, now);
    const oldest = oldestAllowed();
    return (version) => {
      this.#note(`${how} of ${key} on ${node} begun at ${now}: ${version}`);
      // Where the second level went away meanwhile, grace may have served what could not be checked.
      const least = Math.min(oldest, oldestAllowed());
      if (version === undefined || version >= least) return;
      const { seed } = this.#options;
      const facts = `${how} of ${key} on node ${node} begun at ${now} gave version ${version}, must be at least ${oldest}`;
      this.#violation ??= new Error(`seed ${seed}: ${facts}\n${this.#history.join('\n')}`);
    };
  }

  #track(running: Set<Promise<void>>, work: Promise<void>): void {
    running.add(work);
    void work.finally(() => running.delete(work));
  }

  async #finish(running: ReadonlySet<Promise<void>>): Promise<void> {
    for (let tries = 0; running.size > 0 && tries < 400; tries++) await this.#options.clock.advance(100);
  }

  #note(what: string): void {
    this.#history.push(`${this.#options.clock.monotonic()} ${what}`);
  }
}
