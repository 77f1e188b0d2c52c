import type { SeenByWorker } from '../engine/engine-event.ts';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { QueueSettings } from '../queue/queue-settings.ts';

/** Tells other processes what a worker of this one saw. What cannot be told is logged: nobody waits for it. */
export function tellSeen(
  { engine, settings }: { readonly engine: EngineQueue; readonly settings: QueueSettings },
  seen: SeenByWorker,
): void {
  if (engine.keepsEvents === false) return;
  engine.control('tell', seen).catch((err: unknown) => {
    settings.logger.warn(
      { err, queue: settings.name, event: seen.event },
      'an event could not be told to all processes',
    );
  });
}
