import type { Logger } from '@xc/core';
import type { ReplicaView } from '../topology/replica-view.ts';
import type { RouteContext } from './route-context.ts';
import type { Session } from './sessions.ts';

/**
 * Tells a session where a write has come to, on the client that made it. The write has been made: not to know where it has
 * come to makes it no failure, only the reads after it dearer.
 */
export function noteWrite(
  session: Session,
  view: ReplicaView,
  logger: Logger,
): (client: unknown, context: RouteContext) => Promise<void> {
  return async (client, context) => {
    let position: string | undefined;
    try {
      position = await view.position(client, context);
    } catch (error) {
      logger.warn({ err: error, shard: context.shard }, 'the position of a write could not be read');
    }
    session.wrote(context.shard, position, context.epoch, view);
  };
}
