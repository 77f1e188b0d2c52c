import type { Counter, Meter } from '@xc/core';
import { Registry } from 'prom-client';
import type { Metrics, RegistryLike } from '../src/index.ts';

// What compiles and what does not; the type check of the repository is what runs this file.
export function declarations(metrics: Metrics): void {
  const meter: Meter = metrics;
  meter.counter({ name: 'a_total', help: 'A.' }).at().inc();

  const requests = metrics.counter({ name: 'requests_total', help: 'Requests.', labels: ['method', 'status'] });
  requests.at('GET', 200).inc();
  requests.at(undefined, true).inc(2, { trace_id: 'abc' });
  // @ts-expect-error: one value too few
  requests.at('GET');
  // @ts-expect-error: one value too many
  requests.at('GET', '200', 'x');
  // @ts-expect-error: an object is no label value
  requests.at('GET', {});
  const core: Counter = requests;
  core.at('GET', '200').inc();
  const gone: number = requests.remove({ method: 'GET' });
  // @ts-expect-error: there is no such label
  requests.remove({ route: '/' });

  const plain = metrics.gauge({ name: 'depth', help: 'Depth.' });
  plain.at().set(gone);
  // @ts-expect-error: there are no labels
  plain.at('x');

  metrics.histogram({
    name: 'wait_seconds',
    help: 'Wait.',
    labels: ['queue'],
    allow: { queue: ['mail', 'bills'] },
    unit: 'seconds',
  });
  metrics.histogram({
    name: 'wait_seconds',
    help: 'Wait.',
    labels: ['queue'],
    // @ts-expect-error: there is no such label
    allow: { other: ['mail'] },
  });

  const labels: readonly string[] = ['a'];
  metrics.counter({ name: 'dynamic_total', help: 'Labels that are known at run time.', labels }).at('x').inc();

  const registry: RegistryLike = new Registry();
  metrics.attach(registry);
}
