export { type LimitModel, limitModel, type ModelVerdict, type Moment } from './models/limit-model.ts';
export { modelStore } from './models/model-store.ts';
export { type RatelimitStorePromise, ratelimitStoreContract } from './store-contract.ts';
