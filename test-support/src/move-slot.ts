import { eventually } from './eventually.ts';
import { ask } from './redis-ask.ts';
import type { Server } from './server.ts';

/** How many keys travel at once. */
const MANY = 100;

/**
 * Moves a slot with its keys, as `redis-cli --cluster reshard` does, and resolves once `agreed` says that all know of it. A node
 * whose earlier message claims the slot once more, under a newer epoch than the target's own, can take it from the target again;
 * hence both are told until then.
 */
export async function moveSlot(
  slot: number,
  source: Server,
  target: Server,
  agreed: () => Promise<boolean>,
): Promise<void> {
  const [sourceId, targetId] = [await idOf(source), await idOf(target)];
  await ask(target.port, 'CLUSTER', 'SETSLOT', slot, 'IMPORTING', sourceId);
  await ask(source.port, 'CLUSTER', 'SETSLOT', slot, 'MIGRATING', targetId);
  for (;;) {
    const keys = (await ask(source.port, 'CLUSTER', 'GETKEYSINSLOT', slot, MANY)) as readonly string[];
    if (keys.length === 0) break;
    await ask(source.port, 'MIGRATE', target.host, target.port, '', 0, 900, 'REPLACE', 'KEYS', ...keys);
  }
  await eventually(
    `all know where slot ${slot} is`,
    async () => {
      for (const node of [target, source]) await ask(node.port, 'CLUSTER', 'SETSLOT', slot, 'NODE', targetId);
      return agreed();
    },
    { deadlineMs: 20_000, everyMs: 20 },
  );
}

async function idOf(node: Server): Promise<string> {
  return String(await ask(node.port, 'CLUSTER', 'MYID'));
}
