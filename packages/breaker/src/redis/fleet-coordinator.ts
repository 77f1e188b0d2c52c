import type { Timer } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import type { Breaker } from '../circuit/breaker.ts';
import type { BreakerCircuit } from '../circuit/breaker-circuit.ts';
import { circuitKey } from '../circuit/circuit.ts';
import { Listeners } from '../events/listeners.ts';
import { callable, oneOf, shown } from '../options.ts';
import type { Coordinator, CoordinatorEvents } from './coordinator.ts';
import type { CoordinatorSettings } from './coordinator-options.ts';
import { FleetMember, type MemberHost } from './fleet-member.ts';
import type { FleetView } from './fleet-memory.ts';
import { type FleetGauges, type FleetMetrics, fleetMetrics } from './fleet-metrics.ts';
import { type FleetNews, NewsChannel } from './fleet-news.ts';
import type { FleetState } from './tick.ts';

const eventNames = ['lost', 'restored', 'fleet-open', 'fleet-close'] as const satisfies (keyof CoordinatorEvents)[];

interface Joined {
  readonly member: FleetMember;
  readonly gauges: FleetGauges;
}

/** Keeps the rounds of all breakers that have joined, and knows whether Redis can be reached. */
export class FleetCoordinator implements Coordinator, MemberHost {
  readonly #client: RedisClient;
  readonly #settings: CoordinatorSettings;
  readonly #listeners: Listeners<CoordinatorEvents>;
  readonly #metrics: FleetMetrics;
  readonly #news: NewsChannel | undefined;
  readonly #joined = new Map<string, Joined>();
  /** Members whose last round did not get through. */
  readonly #missing = new Set<FleetMember>();
  #status: Coordinator['status'] = 'starting';
  #timer: Timer | undefined;
  #disposal: Promise<void> | undefined;

  constructor(client: RedisClient, settings: CoordinatorSettings) {
    const { name, logger, meter } = settings.environment;
    this.#client = client;
    this.#settings = settings;
    this.#listeners = new Listeners(name, logger);
    this.#metrics = fleetMetrics(meter);
    if (settings.bus !== undefined) {
      const channel = `${settings.prefix}:fleet`;
      this.#news = new NewsChannel(settings.bus, channel, logger, (news) => this.#hear(news));
    }
  }

  get instance(): string {
    return this.#settings.instance;
  }

  get status(): Coordinator['status'] {
    return this.#status;
  }

  join(breaker: Breaker): () => void {
    const circuit = (breaker as { readonly [circuitKey]?: BreakerCircuit } | undefined)?.[circuitKey];
    if (circuit === undefined) throw new TypeError(`breaker must be made by createBreaker, got ${shown(breaker)}`);
    if (this.#disposal !== undefined) throw new TypeError('the coordinator is disposed of');
    const { name } = breaker;
    if (this.#joined.has(name)) throw new TypeError(`a breaker with the name ${name} has joined already`);
    const member = new FleetMember(breaker, circuit, this.#client, this.#settings, this);
    this.#joined.set(name, { member, gauges: this.#metrics.of(name) });
    this.#news?.listen();
    this.#keepTime();
    void member.tick();
    return () => {
      if (this.#joined.get(name)?.member === member) void this.#leave(name);
    };
  }

  async tick(): Promise<void> {
    await Promise.all([...this.#joined.values()].map(({ member }) => member.tick()));
  }

  fleet(name: string): FleetView | undefined {
    return this.#joined.get(name)?.member.view();
  }

  on<E extends keyof CoordinatorEvents>(event: E, listener: (event: CoordinatorEvents[E]) => void): () => void {
    oneOf('event', event, eventNames);
    return this.#listeners.add(event, callable('listener', listener));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposal ??= this.#dispose();
    await this.#disposal;
  }

  reached(member: FleetMember, { live, votes, openForMs, epoch, reached }: FleetState): void {
    const { name } = member;
    const gauges = this.#joined.get(name)?.gauges;
    this.#metrics.ok.inc();
    gauges?.members.set(live);
    gauges?.votes.set(votes);
    if (reached) void this.#news?.tell({ instance: this.instance, name, openForMs, epoch });
    this.#news?.listen();
    const wasMissing = this.#missing.delete(member);
    this.#settle();
    // What one of them can reach again, the others most likely can as well.
    if (wasMissing) this.#retry();
  }

  missed(member: FleetMember, cause: unknown): void {
    this.#metrics.lost.inc();
    this.#missing.add(member);
    if (this.#status === 'lost') return;
    this.#status = 'lost';
    const { name, logger } = this.#settings.environment;
    this.#client.on('ready', this.#retry);
    this.#tell('lost', { cause });
    logger.warn({ err: cause, name }, 'the fleet cannot be reached: breakers go on alone');
  }

  turned(event: 'fleet-open' | 'fleet-close', name: string): void {
    this.#tell(event, { name });
  }

  /** All is well when nobody is missing. */
  #settle(): void {
    if (this.#missing.size > 0 || this.#status === 'ok') return;
    const wasLost = this.#status === 'lost';
    this.#status = 'ok';
    if (!wasLost) return;
    this.#client.off('ready', this.#retry);
    this.#tell('restored', {});
    const { name, logger } = this.#settings.environment;
    logger.info({ name }, 'the fleet is reached again');
  }

  readonly #retry = (): void => {
    for (const member of this.#missing) member.retry();
  };

  #hear({ instance, name, ...news }: FleetNews): void {
    if (instance !== this.instance) this.#joined.get(name)?.member.hear({ instance, name, ...news });
  }

  #tell<E extends keyof CoordinatorEvents>(event: E, details: CoordinatorEvents[E]): void {
    this.#listeners.queue(event, details);
    this.#listeners.flush();
  }

  // A round each interval, the first somewhere within one: members that start together do not come together.
  #keepTime(): void {
    if (this.#timer !== undefined) return;
    const { intervalMs, memberTtlMs, environment } = this.#settings;
    const periodMs = Math.min(intervalMs, memberTtlMs / 2);
    const next = (ms: number): void => {
      this.#timer = environment.clock.after(ms, () => {
        next(periodMs);
        for (const { member } of this.#joined.values()) member.round();
      });
    };
    next(periodMs * (1 - environment.random.next()));
  }

  async #leave(name: string): Promise<void> {
    const joined = this.#joined.get(name);
    if (joined === undefined) return;
    this.#joined.delete(name);
    this.#missing.delete(joined.member);
    if (this.#joined.size === 0) {
      this.#timer?.cancel();
      this.#timer = undefined;
    } else if (this.#status === 'lost') {
      this.#settle();
    }
    joined.gauges.votes.set(0);
    joined.gauges.members.set(0);
    await joined.member.leave();
  }

  async #dispose(): Promise<void> {
    this.#client.off('ready', this.#retry);
    void this.#news?.close();
    await Promise.all([...this.#joined.keys()].map((name) => this.#leave(name)));
  }
}
