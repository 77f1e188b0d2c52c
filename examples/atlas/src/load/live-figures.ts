import type { Clock } from '@xc/core';
import { duration, percent } from '../report/units.ts';
import type { RunningService } from '../service/start-service.ts';
import { percentile } from '../statistics/percentile.ts';
import type { Sample } from './sample.ts';

const WINDOW_MS = 2_000;

/** What the services did in the last two seconds, as the live line tells it. */
export class LiveFigures {
  readonly #clock: Clock;
  #services: readonly RunningService[] = [];
  #samples: { at: number; sample: Sample }[][] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  watch(services: readonly RunningService[]): void {
    this.#services = services;
    this.#samples = services.map(() => []);
  }

  add(samples: readonly (readonly Sample[])[]): void {
    const at = this.#clock.monotonic();
    for (const [target, fresh] of samples.entries()) {
      const kept = (this.#samples[target] ?? []).filter((entry) => entry.at > at - WINDOW_MS);
      this.#samples[target] = kept.concat(fresh.map((sample) => ({ at, sample })));
    }
  }

  /** One for each service: `guarded p95 3.1 ms, 98 % stale, postgres open`. */
  lines(): string[] {
    return this.#services.map(({ name, changes }, target) => {
      const samples = (this.#samples[target] ?? []).map(({ sample }) => sample);
      if (samples.length === 0) return `${name} no answers`;
      const p95 = percentile(
        samples.map(({ latencyMs }) => latencyMs),
        0.95,
      );
      const share = (result: Sample['result']) =>
        samples.filter((sample) => sample.result === result).length / samples.length;
      const parts = [`${name} p95 ${duration(p95)}`];
      if (share('stale') > 0) parts.push(`${percent(share('stale'))} stale`);
      if (share('refused') > 0) parts.push(`${percent(share('refused'))} refused`);
      if (share('error') > 0) parts.push(`${percent(share('error'))} errors`);
      const last = changes.at(-1);
      if (last !== undefined && last.state !== 'closed') parts.push(`${last.part} ${last.state}`);
      return parts.join(', ');
    });
  }
}
