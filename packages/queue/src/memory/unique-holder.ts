import type { AddEntry, UniqueRule } from '../engine/add-request.ts';
import type { Due } from './due-heap.ts';

/** Who holds a unique key. */
export interface UniqueHolder<Job> extends Due {
  readonly key: string;
  readonly job: Job;
  readonly mode: UniqueRule['mode'];
  /** When its debounce window must be over. */
  readonly lastDue: number;
  /** What `latest` adds when the holder settles. */
  followUp: AddEntry | undefined;
}
