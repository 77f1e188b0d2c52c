import { isXcError } from '@xc/core';
import type { EngineQueue } from '../engine/queue-engine.ts';
import type { QueueMetrics } from '../metrics/queue-metrics.ts';

/** The same engine, with its refusals counted by code. */
export function countedEngine(engine: EngineQueue, metrics: QueueMetrics): EngineQueue {
  const counted = async <T>(call: Promise<T>): Promise<T> => {
    try {
      return await call;
    } catch (error) {
      if (isXcError(error)) metrics.redisErrors.at(error.code).inc();
      throw error;
    }
  };
  return {
    maxAdds: engine.maxAdds,
    maxTakes: engine.maxTakes,
    pollMs: engine.pollMs,
    keepsEvents: engine.keepsEvents,
    add: (request, call) => counted(engine.add(request, call)),
    step: (request, call) => counted(engine.step(request, call)),
    control: (kind, args, call) => counted(engine.control(kind, args, call)),
    read: (kind, args, call) => counted(engine.read(kind, args, call)),
    onWake: (sink) => engine.onWake(sink),
    ...(engine.heartbeat === undefined ? {} : { heartbeat: engine.heartbeat.bind(engine) }),
    audit: (call) => counted(engine.audit(call)),
    close: () => engine.close(),
  };
}
