export { deadStore } from './dead-store.ts';
export { limitStoreContract } from './limit-store-contract.ts';
export type { LimitStoreCase, LimitStoreFixture } from './limit-store-fixture.ts';
export type { LimitModel, ModelVerdict, Moment } from './models/limit-model.ts';
export { limitModel } from './models/model-of.ts';
export { modelStore } from './models/model-store.ts';
export { slowStore } from './slow-store.ts';
