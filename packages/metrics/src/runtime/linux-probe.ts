import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { Metrics } from '../metrics.ts';
import type { Probe } from './probe.ts';

const BYTES_PER_KB = 1_024;

/** What only Linux tells: virtual memory and open files. Nothing elsewhere. */
export function linuxProbe(metrics: Metrics): Probe {
  if (!existsSync('/proc/self/status')) return { read() {} };
  const virtual = metrics.gauge({ name: 'process_virtual_memory_bytes', help: 'Virtual memory.', unit: 'bytes' }).at();
  const heap = metrics.gauge({ name: 'process_heap_bytes', help: 'Size of the data segment.', unit: 'bytes' }).at();
  const open = metrics.gauge({ name: 'process_open_fds', help: 'Files that are open.' }).at();
  const max = metrics.gauge({ name: 'process_max_fds', help: 'Files that may be open.' }).at();
  const limit = /^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1];
  if (limit !== undefined) max.set(Number(limit));
  return {
    read() {
      const status = read('/proc/self/status');
      const bytesOf = (field: string) =>
        Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * BYTES_PER_KB;
      virtual.set(bytesOf('VmSize'));
      heap.set(bytesOf('VmData'));
      open.set(openFiles());
    },
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** The folder that is read is open as well while it is. */
function openFiles(): number {
  try {
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return 0;
  }
}
