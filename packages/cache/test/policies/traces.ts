import { SeededRandom } from '@xc/core/testing';

/** Keys in the order asked for. */
export type Trace = readonly number[];

/** Key n is asked for with a probability of (n + 1)^-skew. */
export function zipf(keys: number, skew: number, requests: number, seed: number): Trace {
  const random = new SeededRandom(seed);
  const sums: number[] = [];
  let sum = 0;
  for (let key = 0; key < keys; key++) {
    sum += (key + 1) ** -skew;
    sums.push(sum);
  }
  return Array.from({ length: requests }, () => firstAtLeast(sums, random.next() * sum));
}

export function uniform(keys: number, requests: number, seed: number): Trace {
  const random = new SeededRandom(seed);
  return Array.from({ length: requests }, () => Math.floor(random.next() * keys));
}

/** The same keys in the same order, again and again. */
export function loop(keys: number, requests: number): Trace {
  return Array.from({ length: requests }, (_, at) => at % keys);
}

/** Popular keys, and now and then a long row of keys that never come back. */
export function scanned(popular: Trace, scan: number): Trace {
  const trace: number[] = [];
  let cold = 1_000_000;
  for (let at = 0; at < popular.length; at++) {
    trace.push(popular[at] as number);
    if (at % (scan * 2) === scan) for (let n = 0; n < scan; n++) trace.push(cold++);
  }
  return trace;
}

/** Other keys become popular, ten times over. */
export function shifting(keys: number, skew: number, requests: number, seed: number): Trace {
  const spans = Array.from({ length: 10 }, (_, span) => zipf(keys, skew, requests / 10, seed + span));
  return spans.flatMap((trace, span) => trace.map((key) => key + span * keys));
}

/** New keys all the time, each asked for a few times soon after it came: what was used last is what is used next. */
export function recent(requests: number, reach: number, seed: number): Trace {
  const random = new SeededRandom(seed);
  return Array.from(
    { length: requests },
    (_, at) => Math.floor(at / 4) + Math.floor(-Math.log(1 - random.next()) * reach),
  );
}

/** Recency, then a loop, then recency. */
export function mixed(reach: number, loopKeys: number, requests: number, seed: number): Trace {
  const part = Math.floor(requests / 3);
  const middle = loop(loopKeys, part).map((key) => key + 10_000_000);
  const last = recent(part, reach, seed + 1).map((key) => key + 20_000_000);
  return [...recent(part, reach, seed), ...middle, ...last];
}

function firstAtLeast(sums: readonly number[], wanted: number): number {
  let [low, high] = [0, sums.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sums[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
