import type { CoherenceMessage } from './coherence-message.ts';

/** What nodes send each other: a change, or only a sign of life with the number of the last change. */
export interface Telegram {
  readonly node: string;
  /** Of this change, or of the last one. */
  readonly sequence: number;
  /** None: a sign of life. */
  readonly message: CoherenceMessage | undefined;
}

const FORMAT = 1;
const kinds: ReadonlySet<unknown> = new Set<CoherenceMessage['kind']>([
  'drop',
  'stale',
  'changed',
  'raise',
  'unknown',
  'wake',
]);

/** A change without its version, which is to follow in decimal digits. */
export function headOf(node: string, sequence: number, message: Omit<CoherenceMessage, 'version'>): string {
  const { kind, keys, groups, lengths } = message;
  return JSON.stringify([FORMAT, node, sequence, kind, keys, groups, lengths]);
}

/** A sign of life. */
export function heartbeatOf(node: string, sequence: number): string {
  return `${JSON.stringify([FORMAT, node, sequence])}0`;
}

/** Reads either; `undefined` for what is none, whatever it is. */
export function readTelegram(bytes: Uint8Array): Telegram | undefined {
  try {
    const text = decoder.decode(bytes);
    const end = text.lastIndexOf(']') + 1;
    const parts: unknown = JSON.parse(text.slice(0, end));
    if (!Array.isArray(parts) || parts[0] !== FORMAT) return undefined;
    const [, node, sequence, kind, keys, groups, lengths] = parts;
    if (typeof node !== 'string' || !Number.isSafeInteger(sequence) || !/^\d+$/.test(text.slice(end))) return undefined;
    if (parts.length === 3) return { node, sequence, message: undefined };
    if (!kinds.has(kind) || !isList(keys, 'string') || !isList(groups, 'string') || !isList(lengths, 'number')) {
      return undefined;
    }
    const version = BigInt(text.slice(end));
    return { node, sequence, message: { kind, keys, groups, lengths, version } as CoherenceMessage };
  } catch {
    return undefined;
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isList(value: unknown, of: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === of);
}
