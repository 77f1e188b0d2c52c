/** What a namespace counted. */
export class Counts {
  hits = 0;
  staleHits = 0;
  misses = 0;
  l2Hits = 0;
  loads = 0;
  loadErrors = 0;
  discardedFills = 0;
  evictions = 0;
  expirations = 0;
  invalidations = 0;
}
