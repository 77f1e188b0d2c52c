export { type ManualConnection, type ManualReplication, manualReplication } from './manual-replication.ts';
