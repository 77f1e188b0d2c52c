import type { NameSpace } from '../keys/name-space.ts';
import { LoadScope } from './load-scope.ts';

/** What came of a flight. */
export interface Landing {
  readonly value: unknown;
  readonly negative: boolean;
  readonly from: 'load' | 'l2' | 'stale';
  /** The first moment at which a group of the value may have been invalidated while it was loaded; 0: none was. */
  readonly changedAt: number;
  /** The version in the second level that is to be loaded anew before it expires; none: it is not. */
  readonly due?: bigint;
}

/** How long a value may stand in, and what ends that. */
export interface Grace {
  readonly groups: readonly string[];
  readonly freshUntil: number;
  readonly keptUntil: number;
  readonly moment: number;
}

/** A value past its freshness that may stand in. */
export interface StandIn extends Grace {
  readonly value: unknown;
  readonly negative: boolean;
  readonly meta: Readonly<Record<string, string>>;
  readonly tags: readonly string[];
  readonly storedAt: number;
}

/** One load of one key, for all its waiters. */
export class Flight {
  readonly place: string;
  readonly key: string;
  readonly space: NameSpace;
  readonly scope: LoadScope;
  /** Groups of the tags that are known before the value is. */
  readonly groups: readonly string[];
  readonly landing: Promise<Landing>;
  /** At which the load began; until then: at which the flight did. */
  moment: number;
  /** The key was invalidated, expired or set: what comes is for the waiters alone. */
  detached = false;
  /** Whether the second level had nothing of the key when it was asked; undefined: it has not answered. */
  empty: boolean | undefined;
  /** Detached by a message that may tell of no more than that: the fence that it left knows whether somebody wrote. */
  doubted = false;
  /** The second level gave a value to somebody else here since: what no fence has judged is not kept in its place. */
  outrun = false;
  /** The second level took its value and tells of that itself: what is told of the key since then may be no more than that. */
  echoes = false;
  /** The key was invalidated or set: nothing older may stand in. */
  dropped = false;
  /** Of the lease that its load holds. */
  owner: string | undefined;
  /** What may be served in place of what is loaded; the second level may have one where memory has none. */
  standIn: StandIn | undefined;
  /** Called when nobody is left who wants the result, or when the cache is closed; `waited`: somebody still waits for it. */
  whenAborted: ((reason: unknown, waited: boolean) => void) | undefined;
  /** It loads anew what is still fresh: nobody waits for it who can have that. */
  refreshes = false;
  /** It goes on behind the back of somebody who got a stale value. */
  followed = false;
  /** Something beside its waiters wants the result. */
  wanted = false;
  /** Of those who would rather have a stand-in by now. */
  #impatient: Set<() => void> | undefined;
  #waiters = 0;
  #aborted: { readonly reason: unknown } | undefined;
  #controller: AbortController | undefined;
  #land!: (landing: Landing) => void;
  #crash!: (error: unknown) => void;

  constructor(
    place: string,
    key: string,
    space: NameSpace,
    groups: readonly string[],
    moment: number,
    scope?: LoadScope,
  ) {
    this.place = place;
    this.key = key;
    this.space = space;
    this.groups = groups;
    this.moment = moment;
    this.scope = scope ?? new LoadScope([place]);
    this.landing = new Promise((resolve, reject) => {
      this.#land = resolve;
      this.#crash = reject;
    });
    // Its waiters may all be gone by then.
    this.landing.catch(() => {});
  }

  /** Made when it is first asked for: a signal costs more than a hit. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted !== undefined) this.#controller.abort(this.#aborted.reason);
    }
    return this.#controller.signal;
  }

  /** Calls when the second level has brought a stand-in, until what it answers is called. */
  onStandIn(hear: () => void): () => void {
    this.#impatient ??= new Set();
    this.#impatient.add(hear);
    return () => this.#impatient?.delete(hear);
  }

  /** The second level has brought what may stand in while it is loaded. */
  offerStandIn(): void {
    if (this.standIn !== undefined && this.#impatient !== undefined) for (const hear of this.#impatient) hear();
  }

  get aborted(): { readonly reason: unknown } | undefined {
    return this.#aborted;
  }

  land(landing: Landing): void {
    this.#land(landing);
  }

  crash(error: unknown): void {
    this.#crash(error);
  }

  join(): void {
    this.#waiters++;
  }

  /** True when nobody is left who wants the result. */
  leave(): boolean {
    this.#waiters--;
    return this.#waiters === 0 && !this.wanted;
  }

  abort(reason: unknown): void {
    if (this.#aborted !== undefined) return;
    this.#aborted = { reason };
    this.#controller?.abort(reason);
    this.whenAborted?.(reason, this.#waiters > 0);
  }
}
