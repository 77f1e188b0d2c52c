import type { HotFunction } from './hot-function.ts';

/** A CPU profile of the inspector's protocol, as far as it is read. */
export interface RawCpuProfile {
  readonly nodes: readonly RawNode[];
  /** Microseconds, from an origin of V8. */
  readonly startTime: number;
  readonly endTime: number;
  /** The node of each sample. */
  readonly samples?: readonly number[];
  /** Microseconds before each sample; V8 writes them out of order at times, and negative then. */
  readonly timeDeltas?: readonly number[];
}

interface RawNode {
  readonly id: number;
  readonly callFrame: {
    readonly functionName: string;
    readonly url: string;
    readonly lineNumber: number;
    readonly columnNumber: number;
  };
  readonly children?: readonly number[];
}

/** A function as it stands in the stack. */
export interface Frame {
  readonly name: string;
  readonly url: string;
  readonly line: number;
}

/** One look at the stack. */
export interface StackSample {
  /** Outermost first. */
  readonly stack: readonly Frame[];
  /** Until the next look, in microseconds. */
  readonly micros: number;
}

/** Entries of V8 that are no work of the program. */
const idle = '(idle)';
const root = '(root)';
/** Native code with no JavaScript on the stack: it took time, and is no function that somebody could look at. */
const program = '(program)';

/** The samples of a profile in the order of time, with their stacks. */
export class CallTree {
  readonly samples: readonly StackSample[];

  constructor(raw: RawCpuProfile) {
    const stacks = stacksOf(raw.nodes);
    const moments = momentsOf(raw);
    this.samples = moments.flatMap(({ node, at }, index) => {
      const stack = stacks.get(node);
      const micros = (moments[index + 1]?.at ?? Math.max(raw.endTime, at)) - at;
      return stack === undefined || stack.at(-1)?.name === idle ? [] : [{ stack, micros }];
    });
  }

  /** By time of their own, most first. */
  functions(): readonly HotFunction[] {
    const rows = new Map<string, { readonly frame: Frame; self: number; total: number }>();
    const rowOf = (frame: Frame) => {
      const key = keyOf(frame);
      const row = rows.get(key) ?? { frame, self: 0, total: 0 };
      rows.set(key, row);
      return row;
    };
    let all = 0;
    for (const { stack, micros } of this.samples) {
      all += micros;
      const last = stack.at(-1);
      if (last !== undefined) rowOf(last).self += micros;
      // A function that calls itself stands there more than once, and took the time once.
      for (const row of new Set(stack.map(rowOf))) row.total += micros;
    }
    return [...rows.values()]
      .filter(({ frame }) => frame.name !== program)
      .map(({ frame, self, total }) => ({
        ...frame,
        selfMs: self / 1_000,
        totalMs: total / 1_000,
        share: all === 0 ? 0 : self / all,
      }))
      .sort((a, b) => b.selfMs - a.selfMs || b.totalMs - a.totalMs);
  }
}

/** What tells functions apart. */
export function keyOf({ name, url, line }: Frame): string {
  return `${line} ${url} ${name}`;
}

/** The stack of every node, the root left out. */
function stacksOf(nodes: readonly RawNode[]): Map<number, readonly Frame[]> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const children = new Set(nodes.flatMap((node) => node.children ?? []));
  const stacks = new Map<number, readonly Frame[]>();
  const open = nodes.filter(({ id }) => !children.has(id)).map((node) => ({ node, above: [] as readonly Frame[] }));
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { node, above } = next;
    const { functionName, url, lineNumber } = node.callFrame;
    const frame = { name: functionName === '' ? '(anonymous)' : functionName, url, line: lineNumber + 1 };
    const stack = functionName === root ? above : [...above, frame];
    stacks.set(node.id, stack);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child !== undefined) open.push({ node: child, above: stack });
    }
  }
  return stacks;
}

function momentsOf({
  samples = [],
  timeDeltas = [],
  startTime,
}: RawCpuProfile): { readonly node: number; readonly at: number }[] {
  let at = startTime;
  const moments = samples.map((node, index) => {
    at += timeDeltas[index] ?? 0;
    return { node, at };
  });
  return moments.sort((a, b) => a.at - b.at);
}
