import type { RedisClient } from '@xc/redis';

/** Where one cache keeps its things in Redis. */
export interface KeyLayout {
  /** The entry of a key; the key carries its namespace, `<namespace>/<key>`. */
  value(key: string): string;
  /** Fence and lease of a key, in the slot of its entry. */
  fence(key: string): string;
  /** The one hash of all group versions. */
  readonly groups: string;
  /** The record of a call that runs once. */
  once(key: string): string;
  /** What every value and nothing else matches, as a pattern of SCAN. */
  readonly values: string;
  /** Where nodes tell each other; no command puts the key prefix of the client before it, so it stands here. */
  readonly channel: string;
  /** The key that a value or fence on the server belongs to; `undefined` for any other key. */
  keyOf(stored: string): string | undefined;
}

/**
 * Values are `<prefix>:<name>:{k:<namespace>/<key>}:v`, fences end in `:f`. The tag begins with a letter, never with a brace, so
 * that a key such as `}` keeps value and fence in one slot. Prefix and name have no braces, so that the first one is ours.
 */
export function keyLayout(client: RedisClient, prefix: string, name: string): KeyLayout {
  const root = `${prefix}:${name}:`;
  const before = client.options.keyPrefix ?? '';
  const opening = `${root}{k:`;
  return {
    value: (key) => `${opening}${key}}:v`,
    fence: (key) => `${opening}${key}}:f`,
    groups: `${root}{g}`,
    once: (key) => `${root}{o:${key}}`,
    values: `${escaped(opening)}*}:v`,
    channel: `${before}${root}m${databaseOf(client)}`,
    keyOf(stored) {
      if (!stored.startsWith(opening)) return undefined;
      return stored.endsWith('}:v') || stored.endsWith('}:f') ? stored.slice(opening.length, -3) : undefined;
    },
  };
}

// Channels know no databases: those of two databases would be one.
function databaseOf(client: RedisClient): string {
  const db = (client.options as { readonly db?: number }).db ?? 0;
  return client.isCluster || db === 0 ? '' : `@${db}`;
}

function escaped(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}
