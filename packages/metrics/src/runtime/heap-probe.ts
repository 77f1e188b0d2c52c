import { getHeapSpaceStatistics } from 'node:v8';
import type { Metrics } from '../metrics.ts';
import type { Probe } from './probe.ts';

/** What memory the process and its heap take. */
export function heapProbe(metrics: Metrics): Probe {
  const gauge = (name: string, help: string) => metrics.gauge({ name, help, unit: 'bytes' }).at();
  const resident = gauge('process_resident_memory_bytes', 'Memory that is resident.');
  const total = gauge('nodejs_heap_size_total_bytes', 'Size of the heap.');
  const used = gauge('nodejs_heap_size_used_bytes', 'How much of the heap is used.');
  const external = gauge('nodejs_external_memory_bytes', 'Memory of objects outside the heap.');
  const space = (part: string, help: string) =>
    metrics.gauge({ name: `nodejs_heap_space_size_${part}_bytes`, help, unit: 'bytes', labels: ['space'] });
  const spaces = {
    total: space('total', 'Size of a space of the heap.'),
    used: space('used', 'How much of a space of the heap is used.'),
    available: space('available', 'How much of a space of the heap is free.'),
  };
  return {
    read() {
      const memory = process.memoryUsage();
      resident.set(memory.rss);
      total.set(memory.heapTotal);
      used.set(memory.heapUsed);
      external.set(memory.external);
      for (const one of getHeapSpaceStatistics()) {
        const name = one.space_name.replace(/_space$/, '');
        spaces.total.at(name).set(one.space_size);
        spaces.used.at(name).set(one.space_used_size);
        spaces.available.at(name).set(one.space_available_size);
      }
    },
  };
}
