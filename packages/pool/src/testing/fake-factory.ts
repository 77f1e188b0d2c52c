import type { Clock } from '@xc/core';
import type { EndReason } from '../end-reason.ts';
import type { CreateContext, PoolFactory, ValidateContext } from '../pool-factory.ts';

/** What a {@link FakeFactory} opens: remembers what was done with it. */
export interface FakeResource {
  /** 1 for the first. */
  readonly id: number;
  /** False once closed or killed. */
  alive: boolean;
  /** Why it was closed; undefined while it is open. */
  endReason: EndReason | undefined;
  /** In which phases it was validated. */
  readonly validated: ValidateContext['phase'][];
  /** How often it was cleaned. */
  resets: number;
}

/** How a {@link FakeFactory} behaves; all of it can be changed later. */
export interface FakeFactoryOptions {
  /** Needed for every duration below. Without it, everything happens at once. */
  readonly clock?: Clock;
  /** @defaultValue 0: at once, with a plain value */
  readonly createMs?: number;
  /** @defaultValue 0: at once */
  readonly destroyMs?: number;
  /** @defaultValue 0: at once */
  readonly validateMs?: number;
  /** @defaultValue 0: at once */
  readonly resetMs?: number;
  /**
   * Whether there is a `validate`; it says whether the resource is alive.
   * @defaultValue false
   */
  readonly validates?: boolean;
  /**
   * Whether there is a `reset`.
   * @defaultValue false
   */
  readonly resets?: boolean;
}

/** A factory whose every failure can be played. */
export interface FakeFactory extends PoolFactory<FakeResource> {
  /** All that were ever opened, in order. */
  readonly opened: readonly FakeResource[];
  /** How often `create` was called, in vain or not. */
  readonly creates: number;
  /** How many are open now; counted from `create` to the end of `destroy`. */
  readonly open: number;
  /** The most that were open at a time. */
  readonly mostOpen: number;
  /** What was done that no pool may do: a resource closed twice, or used after its end. Empty at the end of a good test. */
  readonly violations: readonly string[];
  /** Creates fail with `error` from now on, or succeed again with undefined. */
  failCreates(error: unknown): void;
  /** Creates never settle from now on, or do again; those that hang stay so. */
  hangCreates(hang: boolean): void;
  /** The resource dies, and tells whoever watches it; with `silent`, only `validate` can tell. */
  kill(resource: FakeResource, options?: { readonly silent?: boolean; readonly error?: unknown }): void;
}

/**
 * Makes a factory of resources that cost nothing.
 *
 * @example
 * ```ts
 * const factory = fakeFactory();
 * const pool = createPool(factory, { max: 1 });
 * factory.failCreates(new Error('down'));
 * ```
 */
export function fakeFactory(options: FakeFactoryOptions = {}): FakeFactory {
  const {
    clock,
    createMs = 0,
    destroyMs = 0,
    validateMs = 0,
    resetMs = 0,
    validates = false,
    resets = false,
  } = options;
  const opened: FakeResource[] = [];
  const violations: string[] = [];
  const watchers = new Map<FakeResource, (error?: unknown) => void>();
  const after = <R>(ms: number, fn: () => R): R | Promise<R> => {
    if (ms === 0) return fn();
    if (clock === undefined) throw new TypeError('a fake factory needs a clock to take its time');
    return new Promise<void>((resolve) => void clock.after(ms, resolve)).then(fn);
  };
  const state = { creates: 0, open: 0, mostOpen: 0, error: undefined as unknown, hang: false };

  const create = ({ signal }: CreateContext): FakeResource | Promise<FakeResource> => {
    state.creates++;
    if (state.hang) return new Promise(() => {});
    if (state.error !== undefined) return after(createMs, () => Promise.reject(state.error)) as Promise<never>;
    state.open++;
    state.mostOpen = Math.max(state.mostOpen, state.open);
    return after(createMs, () => {
      if (createMs > 0 && signal.aborted) {
        state.open--;
        throw signal.reason;
      }
      const resource: FakeResource = {
        id: opened.length + 1,
        alive: true,
        endReason: undefined,
        validated: [],
        resets: 0,
      };
      opened.push(resource);
      return resource;
    });
  };
  const checkOpen = (resource: FakeResource, act: string) => {
    if (resource.endReason !== undefined) violations.push(`resource ${resource.id} was ${act} after it was closed`);
  };

  return {
    create,
    destroy(resource, reason) {
      checkOpen(resource, 'closed');
      resource.endReason = reason;
      return after(destroyMs, () => {
        resource.alive = false;
        state.open--;
      });
    },
    ...(validates && {
      validate(resource: FakeResource, { phase }: ValidateContext) {
        checkOpen(resource, 'validated');
        resource.validated.push(phase);
        return after(validateMs, () => resource.alive);
      },
    }),
    ...(resets && {
      reset(resource: FakeResource) {
        checkOpen(resource, 'reset');
        return after(resetMs, () => void resource.resets++);
      },
    }),
    watch(resource, lost) {
      watchers.set(resource, lost);
      return () => watchers.delete(resource);
    },
    get opened() {
      return opened;
    },
    get creates() {
      return state.creates;
    },
    get open() {
      return state.open;
    },
    get mostOpen() {
      return state.mostOpen;
    },
    get violations() {
      return violations;
    },
    failCreates(error) {
      state.error = error;
    },
    hangCreates(hang) {
      state.hang = hang;
    },
    kill(resource, { silent = false, error } = {}) {
      resource.alive = false;
      if (!silent) watchers.get(resource)?.(error);
    },
  };
}
