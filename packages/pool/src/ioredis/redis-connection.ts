import type { Redis } from 'ioredis';

/** What ioredis knows of a connection and does not show in its types. */
interface Inside {
  /** Commands that wait for their answer. */
  readonly commandQueue?: { readonly length: number };
  readonly condition?: { readonly select?: number; readonly subscriber?: Subscriptions | false } | null;
}

/** The ways to subscribe. */
type Kind = 'subscribe' | 'psubscribe' | 'ssubscribe';

interface Subscriptions {
  channels(kind: Kind): string[];
}

/** Whether commands can be sent. */
export function isAlive(client: Redis): boolean {
  return client.status === 'ready';
}

/** Whether something was asked that has no answer yet: a blocking command, for one. */
export function hasUnanswered(client: Redis): boolean {
  return ((client as unknown as Inside).commandQueue?.length ?? 0) > 0;
}

/** What it has subscribed to in one of the ways. */
export function subscriptions(client: Redis, kind: Kind): readonly string[] {
  return ((client as unknown as Inside).condition?.subscriber || undefined)?.channels(kind) ?? [];
}

/** The database that is selected now. */
export function selectedDatabase(client: Redis): number {
  return (client as unknown as Inside).condition?.select ?? 0;
}
