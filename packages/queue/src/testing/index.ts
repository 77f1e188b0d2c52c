export { audit } from './audit.ts';
export type { EngineCase } from './contract/engine-case.ts';
export { engineContract } from './engine-contract.ts';
export type { EngineFixture } from './engine-fixture.ts';
export { checkHistory } from './history/check-history.ts';
export type { HistoryEvent, HistoryRule, HistoryStats, HistoryViolation } from './history/history-event.ts';
export { recordHistory } from './history/record-history.ts';
export { queueContract } from './queue-contract.ts';
