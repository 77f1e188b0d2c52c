import type { AskPiece } from './ask-piece.ts';
import type { Raw } from './scripts.ts';
import type { ValueHash } from './value-hash.ts';

/** Entries at a time. */
const ENTRIES = 100;

/**
 * What is in a stream: its entries, its last id, its groups with their consumers and what each of them has in hand. How long
 * something has been in hand is not part of it, nor what only newer servers count.
 */
export async function streamHash(hash: ValueHash, ask: AskPiece): Promise<void> {
  const last = factsOf(await ask('XINFO STREAM')).get('last-generated-id') as Buffer;
  hash.add([last]);
  await page(
    (from) => ask('XRANGE', from, '+', 'COUNT', ENTRIES),
    ([id, fields]) => hash.add([id as Buffer, ...(fields as Buffer[])]),
  );
  for (const group of (await ask('XINFO GROUPS')) as readonly Raw[]) {
    const facts = factsOf(group);
    const name = facts.get('name') as Buffer;
    hash.add([Buffer.from('group'), name, facts.get('last-delivered-id') as Buffer]);
    for (const consumer of (await ask('XINFO CONSUMERS', name)) as readonly Raw[]) {
      hash.add([Buffer.from('consumer'), factsOf(consumer).get('name') as Buffer]);
    }
    await page(
      (from) => ask('XPENDING', name, from, '+', ENTRIES),
      ([id, consumer, , deliveries]) => hash.add([id as Buffer, consumer as Buffer, Buffer.from(String(deliveries))]),
    );
  }
}

/** Tells of each item, in order of the ids that they begin with. */
async function page(read: (from: string) => Promise<Raw>, tell: (item: readonly Raw[]) => void): Promise<void> {
  for (let from = '-'; ; ) {
    const items = (await read(from)) as readonly (readonly Raw[])[];
    for (const item of items) tell(item);
    if (items.length < ENTRIES) return;
    from = `(${(items.at(-1) as readonly Buffer[])[0]}`;
  }
}

/** Names and values in turn. */
function factsOf(raw: Raw): ReadonlyMap<string, Raw> {
  const list = raw as readonly Raw[];
  const facts = new Map<string, Raw>();
  for (let at = 0; at < list.length; at += 2) facts.set(String(list[at]), list[at + 1] as Raw);
  return facts;
}
