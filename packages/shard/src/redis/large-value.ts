import type { AskPiece } from './ask-piece.ts';
import { keyOf } from './key-text.ts';
import type { RedisShard } from './redis-shards.ts';
import { pieceScript, type Raw } from './scripts.ts';
import { streamHash } from './stream-value.ts';
import { type ValueHash, valueHash } from './value-hash.ts';

/** Bytes of a text at a time. */
const PIECE = 64 * 1024;

/** Elements at a time. */
const ELEMENTS = 200;

/**
 * What is in a value that is too large for one script, or a stream. What is written meanwhile may be in it or not: then it differs
 * from what the other side has, and is looked at again.
 *
 * @throws XcError `XC_SHARD_VALUE` for a kind that a module brings.
 */
export async function largeValueHash(
  shard: RedisShard,
  key: string,
  kind: string,
  signal: AbortSignal,
): Promise<string> {
  const hash = valueHash(kind);
  const ask: AskPiece = (command, ...args) => shard.run(pieceScript, [keyOf(key)], [command, ...args], signal);
  switch (kind) {
    case 'string':
      await inOrder(hash, PIECE, async (from, to) => asPieces(await ask('GETRANGE', from, to)));
      break;
    case 'list':
      await inOrder(hash, ELEMENTS, (from, to) => ask('LRANGE', from, to));
      break;
    case 'zset':
      await inOrder(hash, ELEMENTS, (from, to) => ask('ZRANGE', from, to, 'WITHSCORES'));
      break;
    case 'stream':
      await streamHash(hash, ask);
      break;
    default:
      await inAnyOrder(hash, (cursor) => ask(kind === 'set' ? 'SSCAN' : 'HSCAN', cursor, 'COUNT', ELEMENTS));
  }
  return hash.toString();
}

async function inOrder(hash: ValueHash, step: number, read: (from: number, to: number) => Promise<Raw>): Promise<void> {
  for (let from = 0; ; from += step) {
    const elements = (await read(from, from + step - 1)) as readonly Buffer[];
    if (elements.length === 0) return;
    hash.add(elements);
  }
}

async function inAnyOrder(hash: ValueHash, read: (cursor: string | Buffer) => Promise<Raw>): Promise<void> {
  let cursor: string | Buffer = '0';
  do {
    const [next, elements] = (await read(cursor)) as [Buffer, readonly Buffer[]];
    hash.add(elements);
    cursor = next;
  } while (cursor.toString() !== '0');
}

function asPieces(text: Raw): Raw {
  return (text as Buffer).byteLength === 0 ? [] : [text];
}
