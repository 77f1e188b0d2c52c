import { xxh32 } from '../hash/xxh32.ts';
import { hashableOf, partsOf, textOf } from '../keys/shard-key.ts';
import { checkInteger, shown } from '../keys/shown.ts';
import { MOST_PARTITIONS, type Partitioner } from './partitioner.ts';

/** Options of {@link tenantPartitions}. */
export interface TenantPartitionsOptions {
  /** 1 to 65,536. @defaultValue 4096 */
  readonly partitions?: number;
  /**
   * Over how many partitions a tenant spreads, 1 to `partitions`. Part of the function that must never change: who makes a
   * tenant spread wider moves its data first.
   * @defaultValue 1 for every tenant
   */
  readonly spreadOf?: (tenant: string) => number;
}

/**
 * Keeps a tenant together: of keys `[tenant, entity]` the tenant decides the partition, or, where it spreads, the first of
 * several neighbouring ones among which the entity decides.
 *
 * @throws RangeError for a number of partitions out of range, and from `of` for a spread out of range.
 */
export function tenantPartitions(options: TenantPartitionsOptions = {}): Partitioner {
  const { partitions = 4_096, spreadOf } = options;
  checkInteger('partitions', partitions, 1, MOST_PARTITIONS);
  if (spreadOf !== undefined && typeof spreadOf !== 'function') {
    throw new TypeError(`spreadOf must be a function, got ${shown(spreadOf)}`);
  }
  const spread = (tenant: string): number =>
    spreadOf === undefined ? 1 : checkInteger(`spreadOf(${shown(tenant)})`, spreadOf(tenant), 1, partitions);
  return {
    id: `tenant:${partitions}`,
    partitions,
    of(key) {
      const [tenant, entity] = partsOf(key, ['tenant', 'entity']) as [string, string];
      const width = spread(textOf(tenant));
      return (xxh32(tenant) + (width === 1 ? 0 : xxh32(entity) % width)) % partitions;
    },
    under(prefix) {
      const [tenant, entity] = prefix;
      if (tenant === undefined || prefix.length > 2) {
        throw new TypeError(`prefix must be [tenant] or [tenant, entity], got ${shown(prefix)}`);
      }
      if (entity !== undefined) return [this.of([tenant, entity])];
      const first = xxh32(hashableOf(tenant));
      const found = Array.from({ length: spread(textOf(tenant)) }, (_, index) => (first + index) % partitions);
      return found.sort((a, b) => a - b);
    },
  };
}
