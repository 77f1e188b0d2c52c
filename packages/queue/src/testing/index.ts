export type { EngineCase } from './contract/engine-case.ts';
export { engineContract } from './engine-contract.ts';
export type { EngineFixture } from './engine-fixture.ts';
export { queueContract } from './queue-contract.ts';
