/** Past so many points the pairs would be too many. */
const MOST_POINTS = 300;

/** One place on a line. */
export type Point = readonly [x: number, y: number];

/** A line through points. */
export interface TrendSlope {
  readonly slope: number;
  readonly intercept: number;
}

/**
 * The line through the points that up to 29 % of outliers cannot move (Theil 1950, Sen 1968): the slope is the median of the slopes
 * of all pairs with different x, the intercept the median of y - slope x. With fewer than two different x the slope is 0. More
 * than 300 points are thinned evenly.
 */
export function theilSen(points: readonly Point[]): TrendSlope {
  const some = thinned(points);
  const slopes: number[] = [];
  for (const [index, [x, y]] of some.entries()) {
    for (let other = 0; other < index; other++) {
      const [otherX, otherY] = some[other] as Point;
      if (x !== otherX) slopes.push((y - otherY) / (x - otherX));
    }
  }
  const slope = median(slopes);
  return { slope, intercept: median(some.map(([x, y]) => y - slope * x)) };
}

function thinned(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  // Both ends stay.
  const step = (points.length - 1) / (MOST_POINTS - 1);
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.round(index * step)] as Point);
}

/** 0 when there is none. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
