import { inject, test } from 'vitest';
import { show as showQueueOutbox } from './queue-outbox.pg.ts';

test('queue-outbox.pg.ts runs as printed', () =>
  showQueueOutbox(inject('postgres')[3] as string));
