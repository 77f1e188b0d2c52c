import { withInspector } from './inspect.ts';

/**
 * Writes a snapshot of the heap, the content of a `.heapsnapshot` file, in pieces; each waits for the one before. The process stands
 * still while V8 takes it, and needs about twice its heap until the last piece is written.
 *
 * @throws XC_METRICS_PROFILE_FAILED when the inspector refuses; what `write` throws; the reason of `signal`, between two pieces.
 */
export async function heapSnapshot(
  write: (chunk: string) => void | PromiseLike<void>,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  if (typeof write !== 'function') throw new TypeError(`write must be a function, got ${typeof write}`);
  signal?.throwIfAborted();
  const chunks = await taken();
  for (const chunk of chunks) {
    await write(chunk);
    signal?.throwIfAborted();
  }
}

/** V8 gives all pieces at once, and waits for nobody. */
function taken(): Promise<readonly string[]> {
  return withInspector(async (inspect, listen) => {
    const chunks: string[] = [];
    listen('HeapProfiler.addHeapSnapshotChunk', (event) => chunks.push((event as { readonly chunk: string }).chunk));
    await inspect('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
    return chunks;
  });
}
