import type { Logger } from '@xc/core';
import type { RedisLike } from './client.ts';
import { waitingRoomOf } from './waiting-room.ts';
import { withoutArguments } from './without-arguments.ts';

/**
 * Listens to the errors of a client of ours, so that they are nobody's unhandled errors, and tells the logger of the
 * first one of each outage. Whoever comes to wait between two tries is told as well why there is no connection. The first listener of all: whoever listens after it sees no password in the arguments of a
 * failed greeting.
 */
export function watchConnection(client: RedisLike, logger: Logger): void {
  const room = waitingRoomOf(client);
  let lost = false;
  client.on('error', (error) => {
    withoutArguments(error);
    room.note(error);
    if (lost) return;
    lost = true;
    logger.warn({ err: error }, 'Redis cannot be reached, trying again');
  });
  client.on('ready', () => {
    room.trouble = undefined;
    if (lost) logger.info('Redis is reached again');
    lost = false;
  });
}
