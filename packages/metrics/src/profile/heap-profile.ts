import { systemClock } from '@xc/core';
import { checkPositiveInteger } from '../option-checks.ts';
import { checkLength } from './check-length.ts';
import { withInspector } from './inspect.ts';

/** Options of `heapProfile`. */
export interface HeapProfileOptions {
  /** How long, above 0 and at most 600,000. */
  readonly ms: number;
  /** Bytes of allocation between two samples, on average. @defaultValue 524_288 */
  readonly sampleBytes?: number;
  readonly signal?: AbortSignal;
}

/** A function and what it allocated and is still alive, what V8's own functions allocated for it included. */
export interface Allocator {
  readonly name: string;
  readonly url: string;
  /** Counted from 1; 0 where there is none. */
  readonly line: number;
  /** An estimate from the samples. */
  readonly selfBytes: number;
  /** Share of all that was sampled, 0 to 1. */
  readonly share: number;
}

/** What was allocated while it was watched, and is still alive. */
export interface HeapProfile {
  /** As the inspector gave it. */
  readonly raw: object;
  /** The functions that hold the most, most first. @param n - how many; all when left out */
  top(n?: number): readonly Allocator[];
  /** For Chrome: the content of a `.heapprofile` file. */
  toHeapProfile(): string;
}

interface RawHeapNode {
  readonly callFrame: { readonly functionName: string; readonly url: string; readonly lineNumber: number };
  readonly selfSize: number;
  readonly children: readonly RawHeapNode[];
}

/**
 * Samples who allocates for `ms`, from the call on. The session with the inspector is closed afterwards, also on abort.
 *
 * @throws RangeError when `ms` or `sampleBytes` is out of range.
 * @throws XC_METRICS_PROFILE_FAILED when the inspector refuses.
 * @throws the reason of `signal`.
 */
export async function heapProfile({ ms, sampleBytes = 524_288, signal }: HeapProfileOptions): Promise<HeapProfile> {
  checkLength(ms);
  checkPositiveInteger('sampleBytes', sampleBytes);
  signal?.throwIfAborted();
  return withInspector(async (inspect) => {
    await Promise.all([
      inspect('HeapProfiler.enable'),
      inspect('HeapProfiler.startSampling', { samplingInterval: sampleBytes }),
    ]);
    await systemClock.sleep(ms, signal);
    const { profile } = await inspect('HeapProfiler.stopSampling');
    return readable(profile as { readonly head: RawHeapNode });
  });
}

function readable(raw: { readonly head: RawHeapNode }): HeapProfile {
  return {
    raw,
    top: (n = Number.POSITIVE_INFINITY) => allocators(raw.head).slice(0, n),
    toHeapProfile: () => JSON.stringify(raw),
  };
}

interface Owner {
  readonly name: string;
  readonly url: string;
  readonly line: number;
}

function allocators(head: RawHeapNode): Allocator[] {
  const rows = new Map<string, Owner & { selfBytes: number }>();
  let all = 0;
  const open = [{ node: head, caller: undefined as Owner | undefined }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const owner = ownerOf(next.node, next.caller);
    open.push(...next.node.children.map((node) => ({ node, caller: owner })));
    if (next.node.selfSize === 0) continue;
    const key = `${owner.line} ${owner.url} ${owner.name}`;
    const row = rows.get(key) ?? { ...owner, selfBytes: 0 };
    row.selfBytes += next.node.selfSize;
    all += next.node.selfSize;
    rows.set(key, row);
  }
  const allocating = [...rows.values()].map((row) => ({ ...row, share: row.selfBytes / all }));
  return allocating.sort((a, b) => b.selfBytes - a.selfBytes);
}

/** What `Array.from` allocates is its caller's: nobody can look into V8's own functions. */
function ownerOf({ callFrame: { functionName, url, lineNumber } }: RawHeapNode, caller: Owner | undefined): Owner {
  if (url === '' && caller !== undefined && caller.url !== '') return caller;
  return { name: functionName === '' ? '(anonymous)' : functionName, url, line: lineNumber + 1 };
}
