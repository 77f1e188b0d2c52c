export type { Coordinator, CoordinatorEvent, CoordinatorEvents } from './coordinator.ts';
export type { CoordinatorOptions, QuorumOptions } from './coordinator-options.ts';
export { createCoordinator } from './create-coordinator.ts';
export type { FleetView } from './fleet-memory.ts';
