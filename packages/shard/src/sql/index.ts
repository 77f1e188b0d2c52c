export { type SqlResult, type SqlTopologyStoreOptions, sqlTopologyStore } from './sql-topology-store.ts';
