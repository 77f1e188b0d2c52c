import type { Clock } from '@xc/core';
import { type RedisClient, runScript } from '@xc/redis';
import type { Breaker } from '../circuit/breaker.ts';
import type { BreakerCircuit, Standing } from '../circuit/breaker-circuit.ts';
import type { BreakerState, TransitionReason } from '../circuit/breaker-state.ts';
import type { FleetLink } from '../circuit/fleet-link.ts';
import { maxInteger } from '../options.ts';
import { report as logError } from '../run/hook.ts';
import type { CoordinatorSettings } from './coordinator-options.ts';
import { fleetKeys } from './fleet-keys.ts';
import { FleetMemory, type FleetView } from './fleet-memory.ts';
import type { FleetNews } from './fleet-news.ts';
import { ProbeLeases } from './probe-leases.ts';
import { type FleetState, type Report, tickArguments, tickScript } from './tick.ts';

/** Who hears how a member fares. */
export interface MemberHost {
  /** A round got through; `state` is how the fleet stands. */
  reached(member: FleetMember, state: FleetState): void;
  /** A round did not get through. */
  missed(member: FleetMember, cause: unknown): void;
  /** The fleet of a member has opened or recovered. */
  turned(event: 'fleet-open' | 'fleet-close', name: string): void;
}

/** In an interval, a second at most: a breaker that flaps could otherwise ask for a round with every call. */
const mostHurriedRounds = 10;
const longestPause = 10;

/**
 * One breaker in its fleet: tells in rounds how it stands, and lets the fleet open it, close it and lease its probes.
 * Calls meet it only when a wait is over, and never wait for it.
 */
export class FleetMember implements FleetLink {
  readonly name: string;
  readonly #breaker: Breaker;
  readonly #circuit: BreakerCircuit;
  readonly #client: RedisClient;
  readonly #clock: Clock;
  readonly #settings: CoordinatorSettings;
  readonly #host: MemberHost;
  readonly #keys: readonly string[];
  readonly #leases: ProbeLeases;
  readonly #memory: FleetMemory;
  readonly #unlink: () => void;
  #rounds = 0;
  #underWay = 0;
  #hurried = 0;
  #hurriedSince = Number.NEGATIVE_INFINITY;
  #hurries = false;
  #startedAt = Number.NEGATIVE_INFINITY;
  /** Rounds in a row that did not get through; undefined before the first. */
  #misses: number | undefined;
  #called = false;
  #recovery: { readonly at: number; readonly reason: TransitionReason } | undefined;
  #left = false;

  /** @throws TypeError when the breaker is linked already. */
  constructor(
    breaker: Breaker,
    circuit: BreakerCircuit,
    client: RedisClient,
    settings: CoordinatorSettings,
    host: MemberHost,
  ) {
    this.name = breaker.name;
    this.#breaker = breaker;
    this.#circuit = circuit;
    this.#client = client;
    this.#settings = settings;
    this.#clock = settings.environment.clock;
    this.#host = host;
    this.#keys = fleetKeys(settings.prefix, breaker.name);
    this.#leases = new ProbeLeases(settings);
    this.#memory = new FleetMemory(settings.memberTtlMs);
    this.#unlink = breaker.link(this);
    circuit.watch((from, to, reason) => this.#moved(from, to, reason));
  }

  /** Whether the last round got through. */
  get isReached(): boolean {
    return this.#misses === 0;
  }

  /** How the fleet stands, as far as this member has heard. */
  view(): FleetView | undefined {
    return this.#memory.view(this.#clock.monotonic());
  }

  /** See `FleetLink`. A fleet that cannot be reached leases nothing and forbids nothing. */
  takeProbes(wanted: number): number {
    if (this.#settings.probes === 'local' || !this.isReached) return wanted;
    const now = this.#clock.monotonic();
    const taken = this.#leases.take(wanted, now);
    if (taken > 0 && this.#leases.endSoon(now)) this.#hurry();
    return taken;
  }

  /** A round if one is due: each time while there is something to tell, else often enough to stay a member. */
  round(): void {
    this.#called = this.#circuit.takeCalled() || this.#called;
    if (this.#underWay === 0 && this.#isDue()) void this.tick();
  }

  /** A round now, unless one is under way. */
  retry(): void {
    if (this.#underWay === 0) void this.tick();
  }

  /** A round now. Resolves within the deadline, whatever comes of it. */
  async tick(): Promise<void> {
    if (this.#left) return;
    const round = ++this.#rounds;
    const sentAt = this.#clock.monotonic();
    const report = this.#report(sentAt);
    // Looking at the breaker may have told a listener of a change, and that may have made it leave.
    if (this.#left) return;
    this.#called = false;
    this.#startedAt = sentAt;
    this.#underWay++;
    const sent = this.#send(report);
    const [state, cause] = await sent.then(
      (answer) => [answer] as const,
      (error: unknown) => [undefined, error] as const,
    );
    this.#underWay--;
    // A later round says more, and an earlier one knows nothing of what has happened since.
    if (round !== this.#rounds || this.#left) return;
    try {
      if (state === undefined) this.#miss(cause);
      else this.#learn(state, report, sentAt);
    } catch (error) {
      const { name, logger } = this.#settings.environment;
      logError(logger, { err: error, name, breaker: this.name }, 'a round of the fleet has come to nothing');
    }
  }

  /** Opens by what another member has published. */
  hear(news: FleetNews): void {
    if (this.#left) return;
    const { halfOpen } = this.#circuit.standing();
    const heard = this.#memory.hear(news, this.#clock.monotonic(), halfOpen.maxWaitMs);
    if (heard === undefined) return;
    this.#open(news.openForMs, heard.waits);
    if (heard.opened) this.#host.turned('fleet-open', this.name);
  }

  /** Unties the breaker and takes back what it has told. Resolves within the deadline. */
  async leave(): Promise<void> {
    if (this.#left) return;
    this.#left = true;
    this.#unlink();
    this.#circuit.watch(undefined);
    try {
      await this.#send({ ...this.#report(this.#clock.monotonic()), kind: 'leave' });
    } catch {
      // What is not taken back expires.
    }
  }

  #send(report: Report): Promise<FleetState> {
    const { deadlineMs } = this.#settings;
    const options = { deadlineMs, clock: this.#clock };
    return runScript(this.#client, tickScript, this.#keys, tickArguments(this.#settings, report), options);
  }

  #report(now: number): Report {
    const standing = this.#circuit.standing();
    const { state, reason, leftMs, halfOpen } = standing;
    // A person, or the fleet, has opened it: that is no verdict of its own.
    const votes = state === 'open' && reason !== 'fleet' && reason !== 'manual';
    const leases = this.#settings.probes === 'fleet';
    return {
      kind: this.#tellsRecovery(standing, now) ? 'recovered' : 'stay',
      voteMs: votes ? Math.min(leftMs, maxInteger) : 0,
      probesFailed: votes && (reason === 'probes-failed' || reason === 'max-wait'),
      wants: leases ? this.#leases.wants(standing, now) : 0,
      permits: halfOpen.permits,
      leaseMs: halfOpen.maxWaitMs,
      probingMs: state === 'half-open' ? leftMs : 0,
      membersAtLeast: this.#memory.membersAtLeast(now),
      epoch: this.#memory.epoch,
    };
  }

  // Told again until it gets through, but not when it is an old story by then. Closing without a look is no recovery.
  #tellsRecovery({ halfOpen }: Standing, now: number): boolean {
    if (this.#recovery === undefined) return false;
    const { at, reason } = this.#recovery;
    const byProbes = reason === 'probes-passed' || halfOpen.onMaxWait === 'decide';
    if (!byProbes || now - at >= this.#settings.memberTtlMs) this.#recovery = undefined;
    return this.#recovery !== undefined;
  }

  #learn(state: FleetState, { kind }: Report, sentAt: number): void {
    if (kind === 'recovered') this.#recovery = undefined;
    this.#misses = 0;
    const standing = this.#circuit.standing();
    this.#leases.granted(state, standing, sentAt);
    const change = this.#memory.learn(state, this.#clock.monotonic(), standing.halfOpen.maxWaitMs);
    this.#host.reached(this, state);
    if (change.recovered) this.#circuit.closeWithFleet();
    if (change.closed) this.#host.turned('fleet-close', this.name);
    if (state.openForMs > 0) this.#open(state.openForMs, change.waits);
    if (change.opened) this.#host.turned('fleet-open', this.name);
  }

  #miss(cause: unknown): void {
    this.#misses = (this.#misses ?? 0) + 1;
    this.#leases.forget();
    this.#host.missed(this, cause);
  }

  // Opens when a wait begins and not for the rest of it: what a person closes meanwhile stays closed.
  #open(forMs: number, waits: boolean): void {
    const { state, reason, leftMs } = this.#circuit.standing();
    if (waits && state !== 'open') this.#circuit.openWithFleet(forMs);
    else if (state === 'open' && reason === 'fleet' && forMs > leftMs) this.#breaker.open(forMs);
  }

  #moved(from: BreakerState, to: BreakerState, reason: TransitionReason): void {
    const recovers = from === 'half-open' && to === 'closed' && reason !== 'fleet' && reason !== 'manual';
    this.#recovery = recovers ? { at: this.#clock.monotonic(), reason } : undefined;
    if ((to === 'open' || to === 'closed') && reason !== 'fleet') this.#hurry();
  }

  /** A round at once, when what happens now is through. */
  #hurry(): void {
    const now = this.#clock.monotonic();
    if (now - this.#hurriedSince >= Math.min(this.#settings.intervalMs, 1_000)) {
      this.#hurriedSince = now;
      this.#hurried = 0;
    }
    if (this.#hurries || this.#hurried === mostHurriedRounds) return;
    this.#hurries = true;
    this.#hurried++;
    const rounds = this.#rounds;
    queueMicrotask(() => {
      this.#hurries = false;
      if (this.#rounds === rounds) void this.tick();
    });
  }

  #isDue(): boolean {
    const { intervalMs, memberTtlMs } = this.#settings;
    const pausedMs = this.#clock.monotonic() - this.#startedAt;
    if (this.#misses) return pausedMs >= intervalMs * Math.min(longestPause, 2 ** (this.#misses - 1));
    const tells = this.#called || this.#recovery !== undefined || this.#breaker.state !== 'closed';
    return tells || pausedMs >= memberTtlMs / 2;
  }
}
