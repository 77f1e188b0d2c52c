import { tierKeyOf } from '../keys/name-space.ts';
import type { SharedFound, SharedStore } from '../l2/shared-store.ts';
import { NONE } from '../memory/slot.ts';
import { unavailable } from './cache-error.ts';
import type { Core } from './core.ts';
import { type Draft, draftOfLoad, tagsOf, toTier, valueIn } from './draft.ts';
import { isDue } from './early-refresh.ts';
import type { Flight, Landing } from './flight.ts';
import { LoadCall } from './load-call.ts';
import type { Wish } from './loading.ts';
import { allowed } from './stand-in.ts';
import { keep, keepFound, type Origin } from './store-entry.ts';
import { isSuspect } from './trust.ts';

const POLL_MS = 50;
const FENCE_MS = 60_000;

/** The right to load that the second level gave, if it did. */
interface Leave {
  readonly fence: string | undefined;
  readonly owner: string | undefined;
  /** The second level could not be asked. */
  readonly away: boolean;
}

/** Runs flights: asks the second level, runs the loader, and stores what it gave where it still stands. */
export class Flying {
  readonly #core: Core;
  #owners = 0;
  #warned = false;

  constructor(core: Core) {
    this.#core = core;
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
      const landing = this.#unchecked(flight, wish);
      if (landing !== undefined) return landing;
    }
    const throttled = this.#throttled(flight, wish);
    if (throttled !== undefined) return throttled;
    return this.#load(flight, wish, leave);
  }

  /** What the second level has, or the right to load. */
  async #ask(shared: SharedStore, flight: Flight, wish: Wish, background: boolean): Promise<Landing | Leave> {
    const core = this.#core;
    const { plan, place, key, space } = wish;
    const owner =
      plan.fill === 'cluster' && wish.many !== true && !background ? `${core.id}:${++this.#owners}` : undefined;
    for (let waits = 0; ; waits++) {
      const { moment } = core.book;
      const { epoch } = core;
      if (!flight.detached) flight.moment = moment;
      const at = core.clock.monotonic();
      let found: SharedFound;
      const known = this.#known(place, at);
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
        const landing = background ? undefined : this.#unchecked(flight, wish);
        return landing ?? { fence: undefined, owner: undefined, away: true };
      }
      if (found.state !== 'same') this.#disown(flight, at);
      const landing = this.#adopt(flight, wish, found, { at, moment, epoch }, background);
      if (landing !== undefined) return landing;
      if (found.heldMs === undefined)
        return { fence: found.fence, owner: found.fence === undefined ? undefined : owner, away: false };
      const standIn = allowed(core, flight, plan);
      if (standIn !== undefined) {
        core.metrics.leaseWaited('stale');
        return { value: standIn.value, negative: standIn.negative, from: 'stale', changedAt: 0 };
      }
      if (flight.aborted !== undefined) throw flight.aborted.reason;
      // The owner's message ends the wait; the poll is the net under it.
      const poll = POLL_MS * Math.min(1 + waits, 4) * (0.5 + core.random.next());
      await core.doze(tierKeyOf(place), Math.min(poll, Math.max(1, found.heldMs)), flight.signal);
      core.metrics.leaseWaited(waits === 0 ? 'filled' : 'taken');
    }
  }

  /** A copy that had to be checked and was not confirmed must not stand in either. */
  #disown(flight: Flight, now: number): void {
    const { shelf } = this.#core;
    const slot = shelf.kept(flight.place, now);
    if (slot === NONE || !isSuspect(this.#core, shelf.extra(slot), now)) return;
    if (!flight.detached) shelf.delete(flight.place);
    flight.standIn = undefined;
  }

  #known(place: string, now: number) {
    const { shelf } = this.#core;
    const slot = shelf.kept(place, now);
    const extra = slot === NONE ? undefined : shelf.extra(slot);
    return extra === undefined || extra.version === 0n ? undefined : extra;
  }

  /** What was found, put into memory; undefined: it has to be loaded. */
  #adopt(
    flight: Flight,
    wish: Wish,
    found: SharedFound,
    origin: { readonly at: number; readonly moment: number; readonly epoch: number },
    background: boolean,
  ): Landing | undefined {
    if (found.state === 'miss') return undefined;
    const core = this.#core;
    const { place, key, space, plan } = wish;
    const { shelf, clock, book } = core;
    const now = clock.monotonic();
    const times = { at: origin.at, freshUntil: found.freshUntil, keptUntil: found.keptUntil };
    if (found.state === 'same') {
      const slot = shelf.kept(place, now);
      const extra = slot === NONE ? undefined : shelf.extra(slot);
      if (shelf.store === undefined || extra === undefined) return undefined;
      if (!flight.detached) {
        shelf.store.setLife(slot, times.freshUntil, times.keptUntil);
        extra.epoch = origin.epoch;
        extra.checkedAt = origin.at;
      }
      if (flight.standIn !== undefined) flight.standIn = { ...flight.standIn, ...times };
      if (now >= times.freshUntil || background) return undefined;
      const value = shelf.store.value(slot);
      return { value, negative: shelf.negative(slot), from: 'l2', changedAt: this.#changedAt(flight, extra.groups) };
    }
    const { entry } = found;
    const value = core.guard.keep(valueIn(entry));
    const groups = entry.tags.map((tag) => space.tagGroup(tag));
    const stands = !flight.detached && book.standing(origin.moment, space, key, groups) !== 'invalid';
    if (stands) {
      flight.standIn = {
        value,
        negative: entry.negative,
        meta: entry.meta,
        tags: entry.tags,
        groups,
        storedAt: origin.at - entry.ageMs,
        freshUntil: times.freshUntil,
        keptUntil: times.keptUntil,
        moment: origin.moment,
      };
      if (plan.tiers !== 'l2') keepFound(core, place, space, value, entry, times, origin);
    }
    if (now >= times.freshUntil) return undefined;
    const due = background && isDue(plan.earlyRefresh, entry.loadMs, now, times.freshUntil, entry.ttlMs, core.random);
    if (due) return undefined;
    return { value, negative: entry.negative, from: 'l2', changedAt: this.#changedAt(flight, groups) };
  }

  /** There is no second level to ask: what memory has and cannot check is served where grace allows. */
  #unchecked(flight: Flight, wish: Wish): Landing | undefined {
    const { plan } = wish;
    const standIn = allowed(this.#core, flight, plan);
    if (standIn === undefined || this.#core.clock.monotonic() >= standIn.freshUntil) return undefined;
    // Without grace a copy that nobody vouches for is no better than none.
    if (!(standIn.keptUntil > standIn.freshUntil) || (plan.ownGrace && plan.graceMs === 0)) return undefined;
    return { value: standIn.value, negative: standIn.negative, from: 'stale', changedAt: 0 };
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
    if (flight.aborted !== undefined) throw flight.aborted.reason;
    if (!flight.detached) flight.moment = book.moment;
    const origin = { moment: flight.moment, epoch: core.epoch, stamp: book.latest };
    const started = clock.monotonic();
    if (flight.dropped) flight.standIn = undefined;
    const call = new LoadCall(flight, core.guard, started);
    counts.loads++;
    let draft: Draft | undefined;
    let value: unknown;
    try {
      value = await core.scopes.run(flight.scope, () =>
        core.plan.tracer.span('cache.load', async () => wish.load(call), { cache: core.plan.name }),
      );
      const loadMs = clock.monotonic() - started;
      metrics.loadTook(loadMs);
      core.shelf.store?.countMiss(flight.place, 0, loadMs);
      value = core.guard.keep(value);
      draft = this.#draft(flight, wish, call, value, loadMs);
    } catch (error) {
      counts.loadErrors++;
      metrics.loaded(flight.aborted === undefined ? 'error' : 'aborted');
      listeners.tell('loadError', { key: flight.key, error });
      this.#failed(flight, wish, error, origin.moment);
      this.#giveUp(flight, leave);
      throw error;
    }
    metrics.loaded('ok');
    const negative = draft?.negative ?? wish.plan.isNegative(value);
    if (draft === undefined || core.closed) {
      this.#giveUp(flight, leave);
      const groups = tagsOf(wish.plan, value, wish.key, call.said.tags).map((tag) => wish.space.tagGroup(tag));
      return { value, negative, from: 'load', changedAt: this.#changedAt(flight, groups) };
    }
    return this.#store(flight, wish, draft, leave, { ...origin, storedAt: clock.monotonic() });
  }

  #draft(flight: Flight, wish: Wish, call: LoadCall, value: unknown, loadMs: number): Draft | undefined {
    const { plan, key } = wish;
    const { random } = this.#core;
    if (call.skipped) return undefined;
    const { standIn } = flight;
    if (!call.unmodified || standIn === undefined) return draftOfLoad(value, key, plan, call.said, loadMs, random);
    const said = { ...call.said, tags: [...standIn.tags, ...call.said.tags] };
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
    const early = this.#lost(flight, groups);
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
        core.discard(space, key, draft.loadMs >= (core.plan.l2?.fenceMs ?? FENCE_MS) ? 'slow' : 'fence');
        return landing(0);
      }
      if (written.state === 'stored') {
        version = written.version;
        bytes = written.bytes;
      } else this.notStored(written, plan.strict);
    }
    const late = this.#lost(flight, groups);
    if (late !== undefined) return landing(late);
    if (plan.tiers !== 'l2' && !core.closed)
      keep(core, place, space, draft, { ...origin, version, ...(bytes === undefined ? {} : { bytes }) });
    core.errors.delete(place);
    core.throttled.delete(place);
    core.listeners.tell('fill', { key });
    return landing(0);
  }

  /** @throws XcError `XC_CACHE_UNAVAILABLE` where the call is strict and the second level failed. */
  notStored(
    written: { readonly state: 'unencodable' | 'too_large' | 'failed'; readonly error?: unknown },
    strict: boolean,
  ): void {
    const { metrics, plan } = this.#core;
    if (written.state === 'failed') {
      if (strict) throw unavailable(written.error);
      return;
    }
    metrics.l2Failed('fill', written.state);
    if (written.state !== 'unencodable' || this.#warned) return;
    this.#warned = true;
    plan.logger.warn({ cache: plan.name, err: written.error }, 'a value cannot be encoded and is kept in memory alone');
  }

  /** The first moment that the change may have been at by which the value is not to be stored (0: it was of its key); undefined: it still stands. */
  #lost(flight: Flight, groups: readonly string[]): number | undefined {
    const core = this.#core;
    const { at, by } = core.book.lastChange(flight.space, flight.key, groups);
    if (at > flight.moment) {
      core.discard(flight.space, flight.key, flight.detached ? 'key' : by);
      return flight.moment + 1;
    }
    if (!flight.detached) return undefined;
    if (flight.aborted === undefined) core.discard(flight.space, flight.key, 'key');
    return 0;
  }

  #changedAt(flight: Flight, groups: readonly string[]): number {
    const { at } = this.#core.book.lastChange(flight.space, flight.key, groups);
    return at > flight.moment ? flight.moment + 1 : 0;
  }

  #failed(flight: Flight, wish: Wish, error: unknown, moment: number): void {
    const core = this.#core;
    const { plan, place } = wish;
    if (flight.detached) return;
    const now = core.clock.monotonic();
    if (plan.errorTtlMs > 0) core.errors.set(place, { error, until: now + plan.errorTtlMs, moment });
    if (flight.standIn !== undefined) core.throttled.set(place, now + plan.graceThrottleMs);
  }

  /** Lets another node load at once. */
  #giveUp(flight: Flight, leave: Leave): void {
    const { owner } = leave;
    const core = this.#core;
    if (owner === undefined || core.shared === undefined) return;
    const key = tierKeyOf(flight.place);
    const released = core.shared.gate.run('release', (tier, call) => tier.release(key, owner, call));
    core.background.track(released.catch(() => {}).then(() => core.tellWake(flight.place)));
  }
}
