import { LazySignal } from '../engine/lazy-signal.ts';
import type { Lease } from '../lease.ts';

/** Where a read or write went, and why there. */
export interface RouteFacts {
  /** Its name. */
  readonly node: string;
  readonly role: 'primary' | 'replica';
  /** As last probed; 0 on the primary. */
  readonly lagMs: number;
  /**
   * `write`; `fresh`: a replica fresh enough; `session`: one that also holds the session's writes; `any`: the quickest of all,
   * as asked; `asked`: the primary, as asked; `stale`: the primary, as no replica was fresh enough; `behind`: the primary, as no
   * replica held the session's writes; `unreadable-token`: the primary, as nobody knows what the session wrote.
   */
  readonly why: string;
  /**
   * Aborts when the caller gives up, when the connection is lost, and, of a write, when the primary changes. Created on first
   * read.
   */
  readonly signal: AbortSignal;
}

/** The facts of one run, and the ends that its signal is tied to. */
export class RunFacts implements RouteFacts {
  readonly node: string;
  readonly role: 'primary' | 'replica';
  readonly lagMs: number;
  readonly why: string;
  readonly #lease: Lease<unknown>;
  readonly #caller: AbortSignal | undefined;
  readonly #signal = new LazySignal();
  #untie: (() => void) | undefined;

  constructor(route: Omit<RouteFacts, 'signal'>, lease: Lease<unknown>, caller: AbortSignal | undefined) {
    this.node = route.node;
    this.role = route.role;
    this.lagMs = route.lagMs;
    this.why = route.why;
    this.#lease = lease;
    this.#caller = caller;
  }

  get signal(): AbortSignal {
    this.#untie ??= this.#tie();
    return this.#signal.signal;
  }

  abort(reason: unknown): void {
    this.#signal.abort(reason);
  }

  /** Nothing is listened to any more. */
  end(): void {
    this.#untie?.();
  }

  #tie(): () => void {
    const sources = [this.#lease.signal, this.#caller].filter((signal) => signal !== undefined);
    const ties = sources.map((source) => {
      const follow = () => this.abort(source.reason);
      if (source.aborted) follow();
      else source.addEventListener('abort', follow, { once: true });
      return () => source.removeEventListener('abort', follow);
    });
    return () => {
      for (const untie of ties) untie();
    };
  }
}
