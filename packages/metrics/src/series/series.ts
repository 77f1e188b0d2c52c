import type { SeriesData } from '../snapshot.ts';
import type { LabelNode } from './label-node.ts';
import type { SeriesState } from './series-state.ts';
import type { SeriesOwner, Twig } from './twig.ts';

/** What every series has besides its value; the hot path touches `state` and the value alone. */
export interface Series extends Twig {
  parent: LabelNode | SeriesOwner;
  state: SeriesState;
  /** From zero again. */
  reset(): void;
  /** The value, as plain data. */
  data(): Omit<SeriesData, 'labels'>;
}

/** What a series has only where the options ask for it. */
export interface SeriesExtras {
  /** Monotonic milliseconds of the scrape that saw its last write. */
  seenAt: number;
  /** Epoch milliseconds of its first write, or of its return. */
  createdAt: number;
  /** One for each bucket, that of `+Inf` last; one alone for a counter. */
  exemplars: (BucketExemplar | undefined)[] | undefined;
  /** Buckets that have asked since the last scrape. */
  asked: boolean[] | undefined;
}

/** What is shown behind a sample in OpenMetrics. */
export interface BucketExemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}
