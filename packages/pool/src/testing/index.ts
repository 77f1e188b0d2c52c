export type { ContractCase } from './contract-case.ts';
export { type FakeFactory, type FakeFactoryOptions, type FakeResource, fakeFactory } from './fake-factory.ts';
export { type ManualConnection, type ManualReplication, manualReplication } from './manual-replication.ts';
export type { MonitoringOperation, MonitoringScript } from './monitoring-script.ts';
export type { MakePool, OrderScript } from './order-script.ts';
export { type ContractOptions, type MakeContractPool, poolContract } from './pool-contract.ts';
export { runPoolScript } from './pool-script.ts';
