/** What happened in one slice of the time line. */
export interface Slot<T> {
  /** Start of the slice, in the unit of the samples. */
  readonly from: number;
  readonly items: readonly T[];
}

/** Cuts samples into slices of equal length, the empty ones included, so that a gap in the traffic shows as a gap. */
export function slots<T>(items: readonly T[], at: (item: T) => number, length: number, end: number): Slot<T>[] {
  const cut: { from: number; items: T[] }[] = [];
  for (let from = 0; from < end; from += length) cut.push({ from, items: [] });
  for (const item of items) cut[Math.floor(at(item) / length)]?.items.push(item);
  return cut;
}
