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
  /** What all of these begin with on the server, the key prefix of the client included. */
  readonly root: string;
}

/**
 * Values are `<prefix>:<name>:{k:<namespace>/<key>}:v`, fences end in `:f`. The tag begins with a letter, never with a brace, so
 * that a key such as `}` keeps value and fence in one slot. Prefix and name have no braces, so that the first one is ours.
 */
export function keyLayout(client: RedisClient, prefix: string, name: string): KeyLayout {
  const root = `${prefix}:${name}:`;
  const opening = `${root}{k:`;
  return {
    value: (key) => `${opening}${key}}:v`,
    fence: (key) => `${opening}${key}}:f`,
    groups: `${root}{g}`,
    once: (key) => `${root}{o:${key}}`,
    values: `${escaped(opening)}*}:v`,
    root: `${client.options.keyPrefix ?? ''}${root}`,
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\*?[\]]/g, '\\$&');
}
