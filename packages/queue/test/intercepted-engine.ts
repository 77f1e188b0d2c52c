import type { EngineQueue, QueueEngine } from '../src/index.ts';

/** What stands between a queue and its engine; what is left out goes straight through. */
export interface Intercepts {
  add?(
    request: Parameters<EngineQueue['add']>[0],
    next: () => ReturnType<EngineQueue['add']>,
  ): ReturnType<EngineQueue['add']>;
  step?(
    request: Parameters<EngineQueue['step']>[0],
    next: () => ReturnType<EngineQueue['step']>,
  ): ReturnType<EngineQueue['step']>;
  control?(kind: string, args: unknown, next: () => Promise<unknown>): Promise<unknown>;
  read?(kind: string, args: unknown, next: () => Promise<unknown>): Promise<unknown>;
  readonly pollMs?: number;
  readonly keepsEvents?: boolean;
  readonly maxTakes?: number;
}

/** The same engine, whose calls can be looked at, held up, lost or refused. */
export function interceptedEngine(engine: QueueEngine, intercepts: Intercepts): QueueEngine {
  return {
    name: engine.name,
    open(name, policy) {
      const queue = engine.open(name, policy);
      const { add, step, control, read, pollMs, keepsEvents, maxTakes = queue.maxTakes } = intercepts;
      const passed: EngineQueue = {
        maxAdds: queue.maxAdds,
        maxTakes,
        pollMs,
        keepsEvents,
        add: (request, call) => add?.(request, () => queue.add(request, call)) ?? queue.add(request, call),
        step: (request, call) => step?.(request, () => queue.step(request, call)) ?? queue.step(request, call),
        control: (kind, args, call) =>
          (control?.(kind, args, () => queue.control(kind, args, call)) ?? queue.control(kind, args, call)) as never,
        read: (kind, args, call) =>
          (read?.(kind, args, () => queue.read(kind, args, call)) ?? queue.read(kind, args, call)) as never,
        onWake: (sink) => queue.onWake(sink),
        audit: (call) => queue.audit(call),
        close: () => queue.close(),
      };
      return passed;
    },
  };
}
