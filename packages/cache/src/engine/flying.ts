import { tierKeyOf } from '../keys/name-space.ts';
import type { SharedFound, SharedStore } from '../l2/shared-store.ts';
import { Adopting } from './adopting.ts';
import { unavailable } from './cache-error.ts';
import type { Core, Remembered } from './core.ts';
import { type Draft, draftOfLoad, tagsOf, toTier } from './draft.ts';
import type { Flight, Landing } from './flight.ts';
import { LoadCall } from './load-call.ts';
import { overtaken } from './overtaken.ts';
import { SlowLeases } from './slow-leases.ts';
import { allowed, graceOf } from './stand-in.ts';
import { keep, type Origin } from './store-entry.ts';
import type { Wish } from './wish.ts';

const POLL_MS = 50;
const FENCE_MS = 60_000;

/** The right to load that the second level gave, if it did. */
interface Leave {
  readonly fence: string | undefined;
  readonly owner: string | undefined;
  /** From an owner whose time was up. */
  readonly tookOver?: boolean | undefined;
  /** The second level could not be asked. */
  readonly away: boolean;
}

/** Runs flights: asks the second level, runs the loader, and stores what it gave where it still stands. */
export class Flying {
  readonly #core: Core;
  readonly #adopting: Adopting;
  /** What took longer is not stored. */
  readonly #fenceMs: number;
  readonly #leases: SlowLeases;
  #owners = 0;
  #warned = false;

  constructor(core: Core) {
    this.#core = core;
    this.#adopting = new Adopting(core);
    this.#fenceMs = core.plan.l2?.fenceMs ?? FENCE_MS;
    this.#leases = new SlowLeases(core, this.#fenceMs);
  }

  /** Lands or crashes the flight; never rejects. */
  async fly(flight: Flight, wish: Wish, background: boolean): Promise<void> {
    const { flights } = this.#core;
    try {
      flight.land(await this.#land(flight, wish, background));
    } catch (error) {
      flight.crash(error);
    } finally {
      if (flights.get(flight.place) === flight) flights.delete(flight.place);
    }
  }

  async #land(flight: Flight, wish: Wish, background: boolean): Promise<Landing> {
    const { shared } = this.#core;
    let leave: Leave = { fence: undefined, owner: undefined, away: shared !== undefined };
    if (shared !== undefined && wish.plan.tiers !== 'l1') {
      const asked = await this.#ask(shared, flight, wish, background);
      if ('from' in asked) return asked;
      leave = asked;
    } else if (!background && this.#core.plan.coherence !== undefined) {
      const landing = this.#adopting.unchecked(flight, wish);
      if (landing !== undefined) return landing;
    }
    const throttled = this.#throttled(flight, wish);
    if (throttled === undefined && flight.aborted === undefined) return this.#load(flight, wish, leave);
    this.#giveUp(flight, leave);
    if (throttled !== undefined) return throttled;
    throw flight.aborted?.reason;
  }

  /** What the second level has, or the right to load. */
  async #ask(shared: SharedStore, flight: Flight, wish: Wish, background: boolean): Promise<Landing | Leave> {
    const core = this.#core;
    const { plan, place, key, space } = wish;
    const owner = plan.fill === 'cluster' && !background ? `${core.id}:${++this.#owners}` : undefined;
    for (let waits = 0; ; waits++) {
      const { moment } = core.book;
      const { epoch } = core;
      if (!flight.detached) flight.moment = moment;
      const at = core.clock.monotonic();
      let found: SharedFound;
      const known = this.#adopting.known(place, at);
      try {
        found = await shared.read({
          place,
          key,
          space,
          fence: background ? 'always' : 'miss',
          ...(known === undefined ? {} : { known }),
          ...(owner === undefined ? {} : { lease: { owner, ms: plan.leaseMs } }),
        });
      } catch (error) {
        if (plan.strict) throw unavailable(error);
        const landing = background ? undefined : this.#adopting.unchecked(flight, wish);
        return landing ?? { fence: undefined, owner: undefined, away: true };
      }
      if (found.state !== 'same') this.#adopting.disown(flight, at);
      flight.empty = found.state === 'miss' && found.stood !== true;
      flight.doubted &&= flight.empty;
      const landing = this.#adopting.adopt(flight, wish, found, { at, moment, epoch }, background);
      if (waits > 0 && found.heldMs === undefined) core.metrics.leaseWaited(landing === undefined ? 'taken' : 'filled');
      if (landing !== undefined) return landing;
      flight.offerStandIn();
      if (found.heldMs === undefined) {
        const { fence, tookOver } = found;
        return { fence, owner: fence === undefined ? undefined : owner, tookOver, away: false };
      }
      const standIn = allowed(core, flight, plan);
      if (standIn !== undefined) {
        core.metrics.leaseWaited('stale');
        return { value: standIn.value, negative: standIn.negative, from: 'stale', changedAt: 0 };
      }
      if (flight.aborted !== undefined) throw flight.aborted.reason;
      wish.joined?.();
      // The owner's message ends the wait; the poll is the net under it.
      const poll = POLL_MS * Math.min(1 + waits, 4) * (0.5 + core.random.next());
      await core.doze(tierKeyOf(place), Math.min(poll, Math.max(1, found.heldMs)), flight.signal);
    }
  }

  #throttled(flight: Flight, wish: Wish): Landing | undefined {
    const core = this.#core;
    const until = core.throttled.get(flight.place);
    if (until === undefined || core.clock.monotonic() >= until) return undefined;
    const standIn = allowed(core, flight, wish.plan);
    if (standIn === undefined) return undefined;
    return { value: standIn.value, negative: standIn.negative, from: 'stale', changedAt: 0 };
  }

  async #load(flight: Flight, wish: Wish, leave: Leave): Promise<Landing> {
    const core = this.#core;
    const { book, clock, metrics, listeners } = core;
    const counts = core.counts(wish.space.path);
    if (!flight.detached) flight.moment = book.moment;
    const origin = { moment: flight.moment, epoch: core.epoch, stamp: book.latest };
    const started = clock.monotonic();
    if (flight.dropped) flight.standIn = undefined;
    const call = new LoadCall(flight, core.guard, started);
    counts.loads++;
    let draft: Draft | undefined;
    let value: unknown;
    const { owner, tookOver } = leave;
    flight.owner = owner;
    const ended =
      owner === undefined ? undefined : this.#leases.begin(flight, owner, wish.plan.leaseMs, tookOver === true);
    try {
      value = await (wish.many === true ? wish.load(call) : core.run(flight.scope, async () => wish.load(call)));
      const loadMs = clock.monotonic() - started;
      metrics.loadTook(loadMs);
      core.shelf.store?.countMiss(flight.place, 0, loadMs);
      value = core.guard.keep(value);
      draft = this.#draft(flight, wish, call, value, loadMs);
    } catch (error) {
      counts.loadErrors++;
      metrics.loaded(flight.aborted === undefined ? 'error' : 'aborted');
      listeners.tellOf(flight.space.path, 'loadError', { key: flight.key, error });
      this.#failed(flight, wish, { error, moment: origin.moment, tags: call.said.tags });
      this.#giveUp(flight, leave);
      throw error;
    } finally {
      ended?.();
    }
    metrics.loaded('ok');
    const negative = draft?.negative ?? wish.plan.isNegative(value);
    if (draft === undefined || core.closed) {
      this.#giveUp(flight, leave);
      const groups = tagsOf(wish.plan, value, wish.key, call.said.tags).map((tag) => wish.space.tagGroup(tag));
      return { value, negative, from: 'load', changedAt: this.#adopting.changedAt(flight, groups) };
    }
    return this.#store(flight, wish, draft, leave, { ...origin, storedAt: clock.monotonic() });
  }

  #draft(flight: Flight, wish: Wish, call: LoadCall, value: unknown, loadMs: number): Draft | undefined {
    const { plan, key } = wish;
    const { random } = this.#core;
    if (call.skipped) return undefined;
    const { standIn } = flight;
    if (!call.unmodified || standIn === undefined) return draftOfLoad(value, key, plan, call.said, loadMs, random);
    const { said: now } = call;
    const said = now.tags.length > 0 ? now : { ...now, tags: standIn.tags };
    return draftOfLoad(standIn.value, key, plan, said, loadMs, random);
  }

  async #store(
    flight: Flight,
    wish: Wish,
    draft: Draft,
    leave: Leave,
    origin: Omit<Origin, 'version'>,
  ): Promise<Landing> {
    const core = this.#core;
    const { place, key, space, plan } = wish;
    const groups = draft.tags.map((tag) => space.tagGroup(tag));
    const landing = (changedAt: number): Landing => ({
      value: draft.value,
      negative: draft.negative,
      from: 'load',
      changedAt,
    });
    let early = this.#lost(flight, groups);
    if (early === undefined && leave.fence !== undefined && core.link !== undefined && !core.book.synced) {
      early = await overtaken(core, flight, draft.tags, origin.stamp);
    }
    if (early !== undefined) {
      this.#giveUp(flight, leave);
      return landing(early);
    }
    let version = 0n;
    let bytes: number | undefined;
    const { shared } = core;
    const covered = core.recovery.coversKey(place) || core.recovery.coversGroups(space, key, groups);
    if (shared !== undefined && leave.fence !== undefined && plan.tiers !== 'l1' && !covered) {
      const { owner } = leave;
      const fill = {
        key: tierKeyOf(place),
        entry: toTier(draft),
        fence: leave.fence,
        stamp: origin.stamp,
        maxBytes: core.plan.maxValueBytes,
        ...(owner === undefined ? {} : { owner }),
      };
      const written = await shared.fill(fill).catch((error: unknown) => ({ state: 'failed', error }) as const);
      if (owner !== undefined) core.tellWake(place);
      if (written.state === 'refused') {
        core.discard(space, key, draft.loadMs >= this.#fenceMs ? 'slow' : 'fence');
        return landing(0);
      }
      if (written.state === 'stored') {
        version = written.version;
        bytes = written.bytes;
        flight.echoes = core.link?.implicit === true;
      } else this.notStored('fill', written, plan.strict);
    }
    flight.doubted = false;
    // A message that tells of what was found there meanwhile is not obeyed any more: it cannot end this load.
    if (flight.outrun && version === 0n) flight.detached = true;
    const late = this.#lost(flight, groups);
    if (late !== undefined && (late > 0 || !flight.echoes)) return landing(late);
    // What may have been no more than an echo is not believed either: the next read asks.
    if (late === undefined && plan.tiers !== 'l2' && !core.closed)
      keep(core, place, space, draft, { ...origin, version, ...(bytes === undefined ? {} : { bytes }) });
    core.errors.delete(place);
    core.throttled.delete(place);
    core.listeners.tellOf(space.path, 'fill', { key });
    return landing(0);
  }

  /** @throws XcError `XC_CACHE_UNAVAILABLE` where the call is strict and the second level failed. */
  notStored(
    operation: 'fill' | 'set' | 'once',
    written: { readonly state: 'unencodable' | 'too_large' | 'failed'; readonly error?: unknown },
    strict: boolean,
  ): void {
    const { metrics, plan } = this.#core;
    if (written.state === 'failed') {
      if (strict) throw unavailable(written.error);
      return;
    }
    metrics.l2Failed(operation, written.state);
    if (written.state !== 'unencodable' || this.#warned) return;
    this.#warned = true;
    plan.logger.warn({ cache: plan.name, err: written.error }, 'a value cannot be encoded and is kept in memory alone');
  }

  /** The first moment that the change may have been at by which the value is not to be stored (0: it was of its key); undefined: it still stands. */
  #lost(flight: Flight, groups: readonly string[]): number | undefined {
    const core = this.#core;
    if (!flight.detached && flight.moment >= core.book.moment) return undefined;
    const { at, by } = core.book.lastChange(flight.space, flight.key, groups);
    if (at > flight.moment) {
      core.discard(flight.space, flight.key, flight.detached ? 'key' : by);
      return flight.moment + 1;
    }
    if (!flight.detached || flight.doubted) return undefined;
    if (flight.aborted === undefined && !flight.echoes) core.discard(flight.space, flight.key, 'key');
    return 0;
  }

  #failed(flight: Flight, wish: Wish, failure: Omit<Remembered, 'until' | 'grace'>): void {
    const core = this.#core;
    const { plan, place } = wish;
    if (flight.detached) return;
    const now = core.clock.monotonic();
    if (plan.errorTtlMs > 0) {
      core.errors.set(place, { ...failure, until: now + plan.errorTtlMs, grace: graceOf(flight.standIn) });
    }
    if (flight.standIn !== undefined) core.throttled.set(place, now + plan.graceThrottleMs);
  }

  /** Lets another node load at once. */
  #giveUp(flight: Flight, leave: Leave): void {
    if (leave.owner !== undefined) void this.#core.freeLease(flight.place, leave.owner);
  }
}
