import type { Invalidation, Target } from '../api/target.ts';
import type { CoherenceMessage } from '../coherence/coherence-message.ts';
import { softly } from '../groups/group-book.ts';
import { type NameSpace, partsOf, placeOf, tierKeyOf } from '../keys/name-space.ts';
import { RecentInvalidations } from '../l2/recent-invalidations.ts';
import type { Repair } from '../l2/recovery.ts';
import type { Announcing } from './announcing.ts';
import { unavailable } from './cache-error.ts';
import type { Core } from './core.ts';
import { LocalVersions } from './local-versions.ts';
import { type Dropped, groupsOf, pathOf, type RaisedGroups, repairsOf, targetOf } from './raised-groups.ts';

/** Makes entries go, or stale, here and everywhere. */
export class Invalidating {
  readonly #core: Core;
  readonly #announcing: Announcing;
  readonly #recent: RecentInvalidations;
  readonly #versions = new LocalVersions();

  constructor(core: Core, announcing: Announcing) {
    this.#core = core;
    this.#announcing = announcing;
    this.#recent = new RecentInvalidations(core.plan.maxRecoveryKeys);
  }

  /** The target has been checked. Never rejects unless it is strict. */
  async invalidate(space: NameSpace, target: Target, soft: boolean, strict: boolean): Promise<Invalidation> {
    const done =
      'key' in target || 'keys' in target ? this.#keys(space, target, soft) : this.#groups(space, target, soft);
    const { version, failure } = await done;
    // What came in from the second level while it was tried there is as old as what was dropped before.
    if (failure !== undefined) this.#dropAgain(failure.repairs);
    if (failure !== undefined && strict) throw unavailable(failure.error);
    if (failure !== undefined) this.#core.recovery.add(failure.repairs);
    else if (this.#core.shared !== undefined) {
      this.#recent.add(repairsOf(space, target, soft), this.#core.clock.monotonic());
    }
    this.#tell(space, target, soft, version);
    return { version, delivered: failure === undefined };
  }

  /** Repeats what this node invalidated lately: the second level may have forgotten it. */
  repeat(): void {
    const { recovery, background, clock } = this.#core;
    const repairs = this.#recent.since(clock.monotonic());
    if (repairs.length === 0) return;
    recovery.add(repairs);
    background.track(recovery.flush());
  }

  /** Repeats what did not arrive. */
  async repair(repairs: readonly Repair[]): Promise<readonly Repair[]> {
    const done: Repair[] = [];
    for (const soft of [false, true]) {
      const keys = repairs.filter((repair) => repair.kind === 'key' && repair.soft === soft);
      const places = keys.map((repair) => (repair as Repair & { kind: 'key' }).place);
      if (places.length > 0) {
        const { failed } = await this.#dropAll(places, soft);
        done.push(...keys.filter((_, index) => !failed.has(places[index] as string)));
      }
      const groups = repairs.filter((repair) => repair.kind === 'group' && repair.soft === soft);
      if (groups.length === 0) continue;
      const raised = groups as readonly (Repair & { kind: 'group' })[];
      const lengths = raised.flatMap(({ length }) => (length === undefined ? [] : [length]));
      await this.#raise({ groups: raised.map(({ group }) => group), lengths, soft });
      done.push(...groups);
    }
    return done;
  }

  /** Another node's message. */
  obey(message: CoherenceMessage): void {
    const core = this.#core;
    const { kind, keys, version } = message;
    if (kind === 'wake') for (const key of keys) core.wake(key);
    else if (kind === 'unknown') core.suspectAll();
    else if (kind === 'raise') this.#hear(message);
    else for (const key of keys) this.#obeyKey(key, kind, version);
  }

  /** Forgets a key here: its value, its remembered error, and what is on its way for it. */
  dropHere(place: string, soft: boolean): void {
    const { shelf, clock } = this.#core;
    this.#core.detach(place, !soft);
    if (soft) shelf.expire(place, clock.monotonic());
    else shelf.delete(place);
    this.#core.measure();
  }

  /** Removes keys from the second level alone; what fails is repeated later. */
  async dropShared(places: readonly string[]): Promise<{ readonly error: unknown } | undefined> {
    const core = this.#core;
    const repairs = (failed: readonly string[]) =>
      failed.map((place) => ({ kind: 'key', place, soft: false }) as const);
    const drops = places.map((place) => ({ key: tierKeyOf(place), soft: false }));
    try {
      const dropped = await core.shared?.gate.run('drop', (tier, call) => tier.drop(drops, call));
      const failed = places.filter((_, index) => dropped?.[index]?.state === 'failed');
      const keys = drops.map(({ key }) => key);
      this.#announcing.tell({ kind: 'drop', keys, groups: [], lengths: [], version: 0n });
      if (failed.length === 0) return undefined;
      core.recovery.add(repairs(failed));
      const first = dropped?.find(({ state }) => state === 'failed');
      return { error: first?.state === 'failed' ? first.error : undefined };
    } catch (error) {
      core.recovery.add(repairs(places));
      return { error };
    }
  }

  #obeyKey(tierKey: string, kind: CoherenceMessage['kind'], version: bigint): void {
    const core = this.#core;
    const place = placeOf(tierKey);
    const soft = kind === 'stale';
    const slot = core.shelf.store?.find(place) ?? -1;
    const known = slot < 0 ? undefined : core.shelf.extra(slot)?.version;
    // What is here was written later than that.
    if (known !== undefined && version > 0n && known >= version && !soft) return;
    const flight = core.flights.get(place);
    // It may tell that what expired is gone, or come over another master behind the load: the fence knows.
    if (flight !== undefined && !soft && core.link?.implicit) flight.doubted = flight.empty !== false;
    this.dropHere(place, soft);
    const { path, key } = partsOf(place);
    core.listeners.tellOf(path, 'invalidate', { target: { key }, version, from: 'elsewhere' });
  }

  #hear(message: CoherenceMessage): void {
    const { book, listeners } = this.#core;
    for (const soft of [false, true]) {
      const groups = message.groups.filter((id) => (id.charCodeAt(0) === SOFT) === soft);
      if (groups.length === 0) continue;
      const bare = soft ? groups.map((id) => id.slice(1)) : groups;
      if (!book.hear(bare, soft, message.lengths, message.version)) continue;
      for (const group of listeners.hears('invalidate') ? bare : []) {
        const { version } = message;
        listeners.tellOf(pathOf(group), 'invalidate', { target: targetOf(group), version, from: 'elsewhere' });
      }
    }
  }

  #dropAgain(repairs: readonly Repair[]): void {
    for (const repair of repairs) {
      if (repair.kind === 'key') this.dropHere(repair.place, repair.soft);
      else this.#core.book.bump([repair.group], repair.soft, repair.length === undefined ? [] : [repair.length]);
    }
  }

  async #keys(space: NameSpace, target: Target, soft: boolean): Promise<Done> {
    const core = this.#core;
    const keys = 'key' in target ? [target.key] : 'keys' in target ? [...new Set(target.keys)] : [];
    const places = keys.map((key) => space.place(key));
    for (const place of places) this.dropHere(place, soft);
    if (places.length === 0) return { version: this.#versions.next(this.#core) };
    if (core.shared === undefined) {
      const version = this.#versions.next(this.#core);
      const message = {
        kind: soft ? 'stale' : 'drop',
        keys: places.map(tierKeyOf),
        groups: [],
        lengths: [],
        version,
      } as const;
      const repairs = places.map((place) => ({ kind: 'key', place, soft }) as const);
      return { version, ...(await this.#publish(message, repairs)) };
    }
    try {
      const { version, failed, error } = await this.#dropAll(places, soft);
      if (failed.size === 0) return { version };
      const repairs = [...failed].map((place) => ({ kind: 'key', place, soft }) as const);
      return { version: version > 0n ? version : this.#versions.next(this.#core), failure: { error, repairs } };
    } catch (error) {
      const repairs = places.map((place) => ({ kind: 'key', place, soft }) as const);
      return { version: this.#versions.next(this.#core), failure: { error, repairs } };
    }
  }

  /** Drops in the second level, tells the others, and drops here what came in from there meanwhile. */
  async #dropAll(places: readonly string[], soft: boolean): Promise<Dropped> {
    const core = this.#core;
    const kind = soft ? 'stale' : 'drop';
    if (core.shared === undefined) {
      await this.#announcing.send({
        kind,
        keys: places.map(tierKeyOf),
        groups: [],
        lengths: [],
        version: this.#versions.next(this.#core),
      });
      return { version: this.#versions.last, failed: new Set(), error: undefined };
    }
    const drops = places.map((place) => {
      const key = tierKeyOf(place);
      const announcement = this.#announcing.announce({ kind, keys: [key], groups: [], lengths: [] });
      return { key, soft, ...(announcement === undefined ? {} : { announcement }) };
    });
    const dropped = await core.shared.gate.run('drop', (tier, call) => tier.drop(drops, call));
    const failed = new Set<string>();
    let error: unknown;
    let version = 0n;
    const told: CoherenceMessage[] = [];
    dropped.forEach((answer, index) => {
      const place = places[index] as string;
      if (answer.state === 'failed') {
        failed.add(place);
        error = answer.error;
        return;
      }
      if (answer.version > version) version = answer.version;
      core.shared?.wrote(tierKeyOf(place), answer.version, soft);
      this.#dropOlder(place, soft, answer.version);
      if (drops[index]?.announcement === undefined) {
        told.push({ kind, keys: [tierKeyOf(place)], groups: [], lengths: [], version: answer.version });
      }
    });
    try {
      await this.#announcing.sendAll(told);
    } catch (cause) {
      for (const place of places) failed.add(place);
      error = cause;
    }
    return { version, failed, error };
  }

  #dropOlder(place: string, soft: boolean, version: bigint): void {
    const { shelf } = this.#core;
    const slot = shelf.store?.find(place) ?? -1;
    const known = slot < 0 ? undefined : shelf.extra(slot)?.version;
    if (known !== undefined && known >= version && !soft) return;
    this.dropHere(place, soft);
  }

  async #groups(space: NameSpace, target: Target, soft: boolean): Promise<Done> {
    const core = this.#core;
    const raised = groupsOf(space, target, soft);
    if (raised.groups.length === 0) return { version: this.#versions.next(this.#core) };
    core.book.bump(raised.groups, soft, raised.lengths);
    // Gives the memory back at once where nothing of it can stand.
    if (raised.groups[0] === 'n' && !soft) core.shelf.store?.clear();
    const repairs = raised.groups.map((group) => ({ kind: 'group', group, length: raised.lengths[0], soft }) as const);
    try {
      return { version: await this.#raise(raised) };
    } catch (error) {
      return { version: this.#versions.next(this.#core), failure: { error, repairs } };
    }
  }

  async #raise({ groups, lengths, soft }: RaisedGroups): Promise<bigint> {
    const core = this.#core;
    const ids = soft ? groups.map(softly) : groups;
    if (core.shared === undefined) {
      const version = this.#versions.next(this.#core);
      await this.#announcing.send({ kind: 'raise', keys: [], groups: ids, lengths, version });
      return version;
    }
    const announcement = this.#announcing.announce({ kind: 'raise', keys: [], groups: ids, lengths });
    const facts = await core.shared.gate.run('raise', (tier, call) =>
      tier.raise(
        {
          ids,
          lengths,
          above: core.book.latest,
          maxLive: core.plan.maxLiveGroups,
          ...(announcement === undefined ? {} : { announcement }),
        },
        call,
      ),
    );
    core.book.hear(groups, soft, lengths, facts.latest);
    if (announcement === undefined) {
      await this.#announcing.send({ kind: 'raise', keys: [], groups: ids, lengths, version: facts.latest });
    }
    return facts.latest;
  }

  async #publish(message: CoherenceMessage, repairs: readonly Repair[]): Promise<Pick<Done, 'failure'>> {
    try {
      await this.#announcing.send(message);
      return {};
    } catch (error) {
      return { failure: { error, repairs } };
    }
  }

  #tell(space: NameSpace, target: Target, soft: boolean, version: bigint): void {
    const { metrics, listeners } = this.#core;
    this.#core.counts(space.path).invalidations++;
    const kind = Object.keys(target)[0] as string;
    metrics.invalidated(soft ? 'expire' : kind === 'keys' ? 'key' : kind === 'tags' ? 'tag' : kind);
    listeners.tellOf(space.path, 'invalidate', { target, version, from: 'here' });
  }
}

const SOFT = 's'.charCodeAt(0);

interface Done {
  readonly version: bigint;
  readonly failure?: { readonly error: unknown; readonly repairs: readonly Repair[] };
}
