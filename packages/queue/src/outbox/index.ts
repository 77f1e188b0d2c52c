export { createOutbox, type OutboxOptions } from './create-outbox.ts';
export type { Outbox, OutboxEntry, OutboxRelay, RelayOptions, Sql } from './outbox.ts';
