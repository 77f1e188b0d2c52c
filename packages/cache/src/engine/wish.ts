import type { Loader } from '../api/loader.ts';
import type { NameSpace } from '../keys/name-space.ts';
import type { EntryPlan } from '../options/entry-plan.ts';
import type { LoadScope } from './load-scope.ts';

/** A key to obtain, for one caller. */
export interface Wish {
  readonly space: NameSpace;
  readonly key: string;
  readonly place: string;
  readonly plan: EntryPlan;
  readonly load: Loader<unknown>;
  /** The run of a loader of several keys. */
  readonly scope?: LoadScope;
  /** A loader of several keys runs in a scope of its own. */
  readonly many?: boolean;
  /** The version that was found to be due for an early refresh; whatever else stands there by now is taken. */
  readonly due?: bigint;
  /** Called when it waits for a load that another caller started, or another node, and when a refresh has ended. */
  readonly joined?: () => void;
}
