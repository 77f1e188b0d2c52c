export { FencedError } from './errors/fenced-error.ts';
export { MoverSupersededError } from './errors/mover-superseded-error.ts';
export { createHeat, type HeatOptions } from './heat/create-heat.ts';
export type { Heat, HotKey, HotPartition, Skew } from './heat/heat.ts';
export { createIds, type IdGenerator, type IdsOptions } from './ids/create-ids.ts';
export type { IdLayout } from './ids/id-layout.ts';
export { type ParsedId, parseId } from './ids/parse-id.ts';
export type { KeyPart, ShardKey } from './keys/shard-key.ts';
export type { Merge, ShardPart } from './merge/merge.ts';
export { mergeConcat } from './merge/merge-concat.ts';
export { type MergeGroupsOptions, mergeGroups } from './merge/merge-groups.ts';
export { type MergeOrderedOptions, mergeOrdered } from './merge/merge-ordered.ts';
export { mergeTotals, type Total, type TotalsKind } from './merge/merge-totals.ts';
export { type Page, shardLimit } from './merge/page.ts';
export { createRebalancer } from './moving/create-rebalancer.ts';
export type {
  BucketDigest,
  ChangedKeys,
  DataAdapter,
  IntendedWrite,
  Place,
  PlaceState,
  Row,
  RowChange,
  RowDigest,
} from './moving/data-adapter.ts';
export { fileJournal } from './moving/file-journal.ts';
export type { Journal, JournalEntry } from './moving/journal.ts';
export { memoryJournal } from './moving/memory-journal.ts';
export {
  type MigrateOptions,
  type MigrationReport,
  type MigrationSource,
  type MigrationTarget,
  migrate,
} from './moving/migrate.ts';
export type { MigratedRow, Transform } from './moving/migration-rows.ts';
export type {
  MoveFacts,
  RebalanceReport,
  Rebalancer,
  RepairFinding,
  RepairPlan,
  RunJobOptions,
} from './moving/rebalancer.ts';
export type { RebalancerOptions, VerifyOptions } from './moving/rebalancer-options.ts';
export { type CustomPartitionsOptions, customPartitions } from './partitioners/custom-partitions.ts';
export { type DirectoryPartitionsOptions, directoryPartitions } from './partitioners/directory-partitions.ts';
export { type HashPartitionsOptions, hashPartitions, type PartitionHash } from './partitioners/hash-partitions.ts';
export type { HomeLookup } from './partitioners/homes.ts';
export type { Partitioner } from './partitioners/partitioner.ts';
export { type RangePartitionsOptions, rangePartitions } from './partitioners/range-partitions.ts';
export { redisSlots } from './partitioners/redis-slots.ts';
export { type RegionPartitionsOptions, regionPartitions } from './partitioners/region-partitions.ts';
export { type TenantPartitionsOptions, tenantPartitions } from './partitioners/tenant-partitions.ts';
export { type TimePartitionsOptions, timePartitions } from './partitioners/time-partitions.ts';
export { type AssignOptions, assignPartitions } from './pickers/assign-partitions.ts';
export {
  type BoundedPick,
  type BoundedPicker,
  type BoundedPickerOptions,
  boundedPicker,
} from './pickers/bounded-picker.ts';
export { jumpPicker } from './pickers/jump-picker.ts';
export { type MaglevPickerOptions, maglevPicker } from './pickers/maglev-picker.ts';
export type { NodeSpec, Picker } from './pickers/picker.ts';
export { rendezvousPicker } from './pickers/rendezvous-picker.ts';
export { type RingPickerOptions, ringPicker } from './pickers/ring-picker.ts';
export { type SimulateOptions, type Simulation, type Spread, simulate } from './pickers/simulate.ts';
export type { Balance } from './planning/balance.ts';
export type { PlanOptions } from './planning/plan-options.ts';
export { type PlannedMove, planRebalance, type RebalancePlan } from './planning/plan-rebalance.ts';
export type { Consistency, QuorumRead, ShardSession } from './router/consistency.ts';
export { createRouter } from './router/create-router.ts';
export type { RouteContext } from './router/route-context.ts';
export type {
  CallOptions,
  Location,
  Question,
  ReadOptions,
  RoutePlan,
  Router,
  ScatterOptions,
  ScatterResult,
  UnitOptions,
  WriteOptions,
} from './router/router.ts';
export type { RouterOptions } from './router/router-options.ts';
export { type CreateTopologyOptions, createTopology } from './topology/create-topology.ts';
export { fileTopologyStore } from './topology/file-topology-store.ts';
export { memoryTopologyStore } from './topology/memory-topology-store.ts';
export type { ReplicaView } from './topology/replica-view.ts';
export type { Move, MovePhase, ShardInfo, Topology } from './topology/topology.ts';
export type { TopologyStore } from './topology/topology-store.ts';
