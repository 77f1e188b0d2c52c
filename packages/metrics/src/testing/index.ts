export { type MetricsStorePromise, metricsStoreContract } from './store-contract.ts';
