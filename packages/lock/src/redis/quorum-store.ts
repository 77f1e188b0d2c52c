import { type Logger, noopLogger, type Subscription, systemClock, XcError } from '@xc/core';
import type { RedisClient } from '@xc/redis';
import { type Fate, fateAfter, GivingBack } from '../giving-back.ts';
import { kindOf } from '../option-checks.ts';
import type { LockAnswer, LockClaim, LockFacts, LockStore } from '../store.ts';
import { LockNode, type NodeClaim } from './lock-node.ts';
import { checkRedisClient, type RedisLockStoreOptions, settleStoreOptions } from './store-options.ts';
import { type Ballot, vote } from './vote.ts';

const DEADLINE_MS = 100;
const SIZES: readonly number[] = [3, 5, 7];
/** Names of this very machine. */
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '::1']);

/**
 * Keeps locks on 3, 5 or 7 Redis servers that know nothing of each other: a lease is one that a majority has granted. One
 * server of three may be away, and locks go on. A server that may forget what it has granted, one without `appendonly`, stays
 * down for the longest ttl after a crash: else it may be the one that makes a second majority.
 *
 * Each acquisition is two round trips: the first one asks all servers, the second one writes the highest fence back to a
 * majority, so that whoever comes next meets it whatever majority they get. A try without a majority is undone everywhere, and
 * a server that was away is told again of what it is to free: until the ttl is over, or the last `createLocks` is disposed.
 *
 * A semaphore is as many locks as it has permits, tried one after the other from one that is drawn by lot: permits that each
 * server counts for itself would add up to more than there are. `inspect` and `forceRelease` know of locks alone.
 *
 * @throws TypeError for what is no client, the same client or the same address twice, an unknown option; RangeError for
 * another number of clients. One server under two names is not found out, but for the names of this machine.
 *
 * @see https://redis.io/docs/latest/develop/clients/patterns/distributed-locks/ Redlock, which this is with fences
 */
export function quorumLockStore(clients: readonly RedisClient[], options: RedisLockStoreOptions = {}): LockStore {
  checkClients(clients);
  const settled = settleStoreOptions(options, DEADLINE_MS);
  return new QuorumLockStore(clients.map((client) => new LockNode(client, settled)));
}

type Refusal = Extract<LockAnswer, { readonly granted: false }>;

class QuorumLockStore implements LockStore {
  readonly #nodes: readonly LockNode[];
  readonly #majority: number;
  /** What was asked for on behalf of a claim for a permit; at last the one that was granted. */
  readonly #places = new WeakMap<LockClaim, readonly NodeClaim[]>();
  /** For each server: a majority goes on without those that have not been told yet. */
  readonly #returns: readonly GivingBack<NodeClaim>[];
  #attached = 0;

  constructor(nodes: readonly LockNode[]) {
    this.#nodes = nodes;
    this.#majority = (nodes.length >> 1) + 1;
    const home = { clock: systemClock, logger: noopLogger };
    this.#returns = nodes.map((store) => new GivingBack({ store, ...home }));
  }

  async acquire(claim: LockClaim): Promise<LockAnswer> {
    const places = this.#placesOf(claim);
    this.#places.set(claim, places);
    const refusals: Refusal[] = [];
    for (const place of places) {
      const answer = await this.#acquireOne(place);
      if (answer.granted || answer.already !== undefined) {
        this.#places.set(claim, [place]);
        return answer;
      }
      refusals.push(answer);
    }
    const retryMs = Math.min(...refusals.map((refusal) => refusal.retryMs));
    return { granted: false, retryMs, contended: refusals.some(({ contended }) => contended) };
  }

  async renew(claim: LockClaim, fence: bigint): Promise<boolean> {
    const [place = claim] = this.#placesOf(claim);
    return this.#agree(place.name, await this.#ask((node) => node.renew(place, fence), isYes, isNo));
  }

  async release(claim: LockClaim): Promise<boolean> {
    const released = this.#placesOf(claim).map(async (place) => {
      const ballot = await this.#ask((node) => node.release(place), isYes, isNo);
      const isReleased = this.#agree(claim.name, ballot);
      // Without a majority it is whoever asked that asks again; of the others nobody else would.
      for (const [index, late] of ballot.silent) late.catch(() => this.#follow(index, place, 'unanswered'));
      return isReleased;
    });
    return (await Promise.all(released)).some(Boolean);
  }

  async busyMs(claim: LockClaim): Promise<number> {
    const waits = this.#placesOf(claim).map(async (place) => {
      const { values } = this.#heard(claim.name, await this.#ask((node) => node.busyMs(place)));
      return values.sort((one, other) => one - other)[this.#majority - 1] as number;
    });
    return Math.min(...(await Promise.all(waits)));
  }

  async inspect(name: string): Promise<LockFacts | undefined> {
    const asked = this.#ask(async (node) => ({ ...(await node.inspect(name)), waiters: await node.listeners(name) }));
    const { values } = this.#heard(name, await asked);
    const fences = values.flatMap(({ fence }) => fence ?? []).sort((one, other) => (one > other ? -1 : 1));
    const owners = values.map(({ owner }) => owner).filter((owner) => owner !== '');
    const holder = owners.find((owner) => owners.filter((other) => other === owner).length >= this.#majority);
    const left = values.filter(({ owner }) => owner === holder).map(({ ttlLeftMs }) => ttlLeftMs);
    // What a majority knows: a server that was asked last may be ahead of what was given.
    const fence = fences[this.#majority - 1] ?? fences.at(-1);
    if (fence === undefined) return undefined;
    const ttlLeftMs = left.sort((one, other) => other - one)[this.#majority - 1] ?? 0;
    return { held: ttlLeftMs > 0, fence, ttlLeftMs, waiters: Math.max(...values.map(({ waiters }) => waiters)) };
  }

  async forceRelease(name: string): Promise<boolean> {
    return this.#heard(name, await this.#ask((node) => node.forceRelease(name))).values.some(Boolean);
  }

  /** Wakes when a majority has told of a release: before that there is nothing to be had. */
  async watch(name: string, wake: () => void): Promise<Subscription> {
    const heard = new Set<LockNode>();
    const hear = (node: LockNode): void => {
      if (heard.add(node).size < this.#majority) return;
      heard.clear();
      wake();
    };
    const subscriptions = this.#nodes.map((node) => node.watch(name, () => hear(node)));
    await vote(
      subscriptions,
      this.#majority,
      () => true,
      () => false,
    );
    // Those that come late as well.
    const close = async (subscription: Promise<Subscription>) => (await subscription).close();
    return { close: () => Promise.allSettled(subscriptions.map(close)).then(() => {}) };
  }

  attach(home?: { readonly logger: Logger }): () => Promise<void> {
    const leave = this.#nodes.map((node) => node.attach(home?.logger));
    this.#attached += 1;
    let left: Promise<void> | undefined;
    return () => {
      left ??= this.#leave(leave);
      return left;
    };
  }

  async #acquireOne(claim: NodeClaim): Promise<LockAnswer> {
    const asked = await this.#ask(
      (node) => node.acquire(claim),
      (answer) => fenceOf(answer) !== undefined,
      (answer) => fenceOf(answer) === undefined,
    );
    const fences = asked.values.flatMap((answer) => fenceOf(answer) ?? []);
    const isAgain = asked.values.some((answer) => !answer.granted && answer.already !== undefined);
    const [fence] = fences.sort((one, other) => (one > other ? -1 : 1));
    if (fence !== undefined && asked.yes >= this.#majority) {
      const written = await this.#ask((node) => node.renew(claim, fence), isYes, isNo);
      if (written.yes >= this.#majority) {
        return isAgain ? { granted: false, retryMs: claim.ttlMs, already: fence } : { granted: true, fence };
      }
      await this.#undo(claim, asked, written);
      this.#heard(claim.name, written);
      return { granted: false, retryMs: 0, contended: true };
    }
    await this.#undo(claim, asked);
    this.#heard(claim.name, asked);
    const waits = asked.values.flatMap((answer) => (answer.granted ? 0 : answer.retryMs)).sort((a, b) => a - b);
    const retryMs = waits[this.#majority - 1] ?? 0;
    return { granted: false, retryMs, contended: asked.yes > 0 };
  }

  async #leave(leave: readonly (() => Promise<void>)[]): Promise<void> {
    this.#attached -= 1;
    if (this.#attached === 0) await Promise.all(this.#returns.map((returns) => returns.end()));
    await Promise.all(leave.map((one) => one()));
  }

  /** At all servers; waits for those that have answered `last`. */
  async #undo(claim: NodeClaim, asked: Ballot<LockAnswer>, last: Ballot<unknown> = asked): Promise<void> {
    const undone = this.#returns.map((returns, index) => {
      const late = asked.silent.get(index);
      const first = returns.give(claim, late === undefined ? 'granted' : 'unanswered');
      late?.then(
        (answer) => this.#follow(index, claim, fenceOf(answer) === undefined ? 'refused' : 'granted'),
        (error: unknown) => this.#follow(index, claim, fateAfter(error)),
      );
      return last.silent.has(index) ? undefined : first;
    });
    await Promise.all(undone);
  }

  /** What has become of a server that was too late. Once all have left, nothing more is begun that may take long. */
  #follow(index: number, place: NodeClaim, fate: Fate): void {
    if (fate !== 'unanswered' || this.#attached > 0) void this.#returns[index]?.give(place, fate);
  }

  #placesOf(claim: LockClaim): readonly NodeClaim[] {
    return this.#places.get(claim) ?? placesOf(claim);
  }

  #ask<T>(
    question: (node: LockNode) => Promise<T>,
    yes: (answer: T) => boolean = () => true,
    no: (answer: T) => boolean = () => false,
  ): Promise<Ballot<T>> {
    return vote(this.#nodes.map(question), this.#majority, yes, no);
  }

  #agree(name: string, ballot: Ballot<boolean>): boolean {
    if (ballot.yes >= this.#majority) return true;
    // So many have said no that the others cannot make a majority.
    if (ballot.no > this.#nodes.length - this.#majority) return false;
    this.#heard(name, ballot);
    return false;
  }

  /** @throws XcError when fewer than a majority have answered. */
  #heard<T>(name: string, ballot: Ballot<T>): Ballot<T> {
    if (ballot.values.length >= this.#majority) return ballot;
    const message = `lock ${JSON.stringify(name)} cannot be had: ${ballot.values.length} of ${this.#nodes.length} servers answer`;
    throw new XcError('XC_LOCK_UNAVAILABLE', message, {
      details: { name, answered: ballot.values.length, servers: this.#nodes.length },
      retryable: true,
      cause: new AggregateError(ballot.errors, 'the others failed'),
    });
  }
}

/** Of a claim that a server has granted, now or when it was asked before. */
const fenceOf = (answer: LockAnswer): bigint | undefined => (answer.granted ? answer.fence : answer.already);
const isYes = (answer: boolean): boolean => answer;
const isNo = (answer: boolean): boolean => !answer;

/** A permit is one of so many locks of its own, tried in a row that begins where its owner's name happens to put it. */
function placesOf(claim: LockClaim): readonly NodeClaim[] {
  const { permits, owner } = claim;
  if (permits === undefined) return [claim];
  const first = [...owner].reduce((sum, character) => (sum * 31 + character.charCodeAt(0)) % 65_521, 7);
  return Array.from({ length: permits }, (_, index) => {
    return { ...claim, slot: (first + index) % permits, permits: undefined };
  });
}

function checkClients(clients: readonly RedisClient[]): void {
  if (!Array.isArray(clients)) throw new TypeError(`clients must be an array, got ${kindOf(clients)}`);
  if (!SIZES.includes(clients.length)) throw new RangeError(`clients must be 3, 5 or 7, got ${clients.length}`);
  for (const client of clients) checkRedisClient(client);
  if (new Set(clients).size < clients.length) throw new TypeError('clients must be independent, got one of them twice');
  const servers = clients.flatMap((client) => serverOf(client) ?? []);
  if (new Set(servers).size < servers.length) {
    throw new TypeError('clients must be of independent servers, got one of these twice');
  }
}

/** Where a client of a single server connects. Databases of one server are one server. */
function serverOf(client: RedisClient): string | undefined {
  if (client.isCluster) return undefined;
  const { path, host, port, sentinels, name } = client.options as Record<string, unknown>;
  if (sentinels) return `sentinel ${String(name)} ${JSON.stringify(sentinels)}`;
  if (typeof path === 'string') return `unix ${path}`;
  const named = String(host).toLowerCase();
  return `${LOOPBACK.has(named) ? 'localhost' : named}:${String(port)}`;
}
