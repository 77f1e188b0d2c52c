import type { EngineQueue } from '../engine/queue-engine.ts';
import type { Watchers } from '../events/watchers.ts';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';
import type { ValueCodec } from '../queue/value-codec.ts';
import type { LostLeases } from './lost-leases.ts';

/** What a worker has from its queue. */
export interface WorkerHome {
  readonly settings: QueueSettings;
  readonly engine: EngineQueue;
  readonly codec: ValueCodec;
  readonly metrics: QueueMetrics;
  readonly watchers: Watchers;
  /** Of all workers of this queue object. */
  readonly lost: LostLeases;
}
