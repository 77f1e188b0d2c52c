import { setTimeout as sleep } from 'node:timers/promises';

export interface Sample {
  /** When the caller came, in ms from the start of the load. */
  readonly atMs: number;
  readonly latencyMs: number;
  readonly result: 'fresh' | 'stale' | 'error';
}

const ARTICLES = 20;

/** One caller for each article, so that a story begins with a service that has been running for a while. */
export async function visitAll(service: string): Promise<void> {
  for (let article = 0; article < ARTICLES; article += 1) await ask(articleUrl(service, article));
}

/** A caller every `1000 / perSecond` ms, whatever became of those before; ends after `lengthMs` or at the abort. */
export async function load(
  service: string,
  options: { perSecond: number; lengthMs: number; signal?: AbortSignal; onSample?: (sample: Sample) => void },
): Promise<readonly Sample[]> {
  const { perSecond, lengthMs, signal, onSample } = options;
  const samples: Sample[] = [];
  const underWay: Promise<void>[] = [];
  const startedAt = performance.now();
  for (let count = 0; !signal?.aborted; count += 1) {
    const atMs = (count * 1_000) / perSecond;
    if (atMs >= lengthMs) break;
    const wait = startedAt + atMs - performance.now();
    if (wait > 0) await sleep(wait);
    const asked = ask(articleUrl(service, count)).then((result) => {
      const sample = { atMs, latencyMs: performance.now() - startedAt - atMs, result };
      samples.push(sample);
      onSample?.(sample);
    });
    underWay.push(asked);
  }
  await Promise.all(underWay);
  return samples;
}

function articleUrl(service: string, count: number): string {
  return `${service}/articles/${count % ARTICLES}/review`;
}

async function ask(url: string): Promise<Sample['result']> {
  try {
    const response = await fetch(url);
    await response.text();
    if (!response.ok) return 'error';
    return response.headers.get('x-answer') === 'stale' ? 'stale' : 'fresh';
  } catch {
    return 'error';
  }
}

/** The p95 by nearest rank; 0 without samples. */
export function p95(samples: readonly Sample[]): number {
  const sorted = samples.map(({ latencyMs }) => latencyMs).sort((a, b) => a - b);
  return sorted[Math.ceil(0.95 * sorted.length) - 1] ?? 0;
}
