import type { CoherenceMessage } from '../coherence/coherence-message.ts';

/** What it means that keys below a root changed: of values their names, of groups only that there was something. */
export function messagesFor(root: string, keys: readonly Buffer[]): CoherenceMessage[] {
  const changed: string[] = [];
  const awake: string[] = [];
  let unknown = false;
  for (const bytes of keys) {
    const name = bytes.toString();
    if (!name.startsWith(root)) continue;
    const own = name.slice(root.length);
    if (own === '{g}') unknown = true;
    else if (own.startsWith('{k:') && own.endsWith('}:v')) changed.push(own.slice(3, -3));
    // Of a load for all nodes that ended, or of one that began: whoever waits looks.
    else if (own.startsWith('{k:') && own.endsWith('}:f')) awake.push(own.slice(3, -3));
    else if (own.startsWith('{o:') && own.endsWith('}')) awake.push(own.slice(3, -1));
  }
  const messages: CoherenceMessage[] = [];
  if (unknown) messages.push(message('unknown', []));
  if (changed.length > 0) messages.push(message('changed', changed));
  if (awake.length > 0) messages.push(message('wake', awake));
  return messages;
}

function message(kind: CoherenceMessage['kind'], keys: readonly string[]): CoherenceMessage {
  return { kind, keys, groups: [], lengths: [], version: 0n };
}
