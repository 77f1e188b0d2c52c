import { systemClock } from '@xc/core';
import type { Metrics } from '../metrics.ts';
import { collectNow } from '../scrape/scrape-hooks.ts';
import type { FramePort } from './frame-port.ts';
import { frameAnswer, isFrameRequest } from './frames.ts';

/** A worker that answers. */
export interface AnsweredScrapes {
  /** Answers no more, and listens no longer. */
  stop(): void;
}

/**
 * Answers the aggregate at the other end of the port with what these metrics hold, their collectors run before; runs in the worker.
 * Messages of others are left alone.
 */
export function answerScrapes(metrics: Metrics, port: FramePort): AnsweredScrapes {
  let stopped = false;
  const stop = port.receive((message) => {
    if (!isFrameRequest(message)) return;
    const { id, withinMs } = message;
    // A collector that hangs must not make a worker of a hundred good figures a missing one.
    const late = new Promise<void>((resolve) => systemClock.after(withinMs, resolve));
    void Promise.race([collectNow(metrics), late]).then(() => {
      if (!stopped) port.send(frameAnswer(id, metrics.snapshot()));
    });
  });
  return {
    stop() {
      stopped = true;
      stop();
    },
  };
}
