/** Transactions by their source, each source with what is known of it as intervals of numbers. */
type GtidSet = ReadonlyMap<string, readonly (readonly [first: bigint, last: bigint])[]>;

/**
 * Compares two sets of global transaction identifiers: positive when `a` holds all of `b` and more, 0 when they are equal,
 * negative when `b` holds all of `a` and more, NaN when neither holds the other.
 *
 * @throws TypeError for what is no such set.
 */
export function compareGtidSets(a: string, b: string): number {
  const [one, other] = [readGtidSet(a), readGtidSet(b)];
  const [holds, isHeld] = [contains(one, other), contains(other, one)];
  if (holds && isHeld) return 0;
  if (holds) return 1;
  return isHeld ? -1 : Number.NaN;
}

/**
 * Reads `uuid:1-5:7,uuid:tag:1-3`; intervals that touch are one. MySQL 8.4 Reference Manual, 19.1.3.1 "GTID Format and Storage".
 *
 * @throws TypeError for what is no such set.
 */
function readGtidSet(text: string): GtidSet {
  const set = new Map<string, [bigint, bigint][]>();
  for (const part of text.replace(/\s/g, '').toLowerCase().split(',')) {
    if (part === '') continue;
    const [uuid = '', ...pieces] = part.split(':');
    if (!/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(uuid)) throw notOne(text);
    let source = uuid;
    let complete = false;
    for (const piece of pieces) {
      const [, first, last = first] = /^(\d{1,19})(?:-(\d{1,19}))?$/.exec(piece) ?? [];
      if (first !== undefined && last !== undefined) {
        const intervals = set.get(source) ?? [];
        intervals.push([BigInt(first), BigInt(last)]);
        complete = true;
        set.set(source, intervals);
      } else if (/^[a-z_]\w{0,31}$/.test(piece)) {
        source = `${uuid}:${piece}`;
        complete = false;
      } else throw notOne(text);
    }
    if (!complete) throw notOne(text);
  }
  return new Map(Array.from(set, ([source, intervals]) => [source, merged(intervals)]));
}

function merged(intervals: [bigint, bigint][]): readonly [bigint, bigint][] {
  const result: [bigint, bigint][] = [];
  for (const [first, last] of intervals.sort(([one], [other]) => (one < other ? -1 : 1))) {
    const before = result.at(-1);
    if (before === undefined || first > before[1] + 1n) result.push([first, last]);
    else if (last > before[1]) before[1] = last;
  }
  return result;
}

function contains(set: GtidSet, part: GtidSet): boolean {
  return Array.from(part).every(([source, intervals]) => {
    const known = set.get(source) ?? [];
    // Both are sorted and merged, so each interval lies in one, and that is looked for where the last one was found.
    let at = 0;
    return intervals.every(([first, last]) => {
      while (known[at] !== undefined && (known[at]?.[1] ?? 0n) < last) at += 1;
      return known[at] !== undefined && (known[at]?.[0] ?? 0n) <= first;
    });
  });
}

function notOne(text: string): TypeError {
  return new TypeError(`a GTID set looks like 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5, got ${text.slice(0, 100)}`);
}
