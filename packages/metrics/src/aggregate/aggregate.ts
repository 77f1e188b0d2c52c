import type { Exposition, ScrapeRequest } from '../exposition.ts';
import type { Snapshot } from '../snapshot.ts';
import type { FramePort } from './frame-port.ts';

/** One exposition over several workers. */
export interface Aggregate {
  /**
   * Asks this worker from now on. The same id again is a new life: what the one before counted stays counted.
   *
   * @throws TypeError when the id is not a text of at least one character.
   */
  add(id: string, port: FramePort): void;
  /** Asks it no longer: its counters and histograms stay in the totals, its gauges go. */
  remove(id: string): void;
  /**
   * Renders the sum of all. A worker that is silent past the deadline is counted in `xc_metrics_workers_missing` and shown with its
   * last known counters and histograms, without its gauges; the scrape succeeds.
   *
   * @throws the reason of `signal`, at once.
   */
  scrape(request?: ScrapeRequest): Promise<Exposition>;
  /** The same as plain data. */
  snapshot(): Promise<Snapshot>;
  /** Listens to no worker any more. */
  close(): void;
}
