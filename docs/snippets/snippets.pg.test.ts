import { inject, test } from 'vitest';
import { show as showQueueOutbox } from './queue-outbox.pg.ts';
import { show as showShardTogether } from './shard-together.pg.ts';

test('queue-outbox.pg.ts runs as printed', () =>
  showQueueOutbox(inject('postgres')[3] as string));

test('shard-together.pg.ts runs as printed', () =>
  showShardTogether(inject('postgres').slice(0, 2)));
