import { callable, plainObject, shown, text } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { BatchHandler } from './batch.ts';
import type { Handler, HandlerMap } from './handler.ts';

/** The handler of one type. */
export type TypeHandler = Handler<AnyJobs> | BatchHandler;

/** Which handler a job goes to. */
export interface HandlerTable {
  of(type: string): TypeHandler | undefined;
  /** Every handler takes batches, of up to so many jobs; else `undefined`. */
  readonly batchesOf: number | undefined;
}

/** @throws TypeError unless a function or handlers by type; RangeError when there is none. */
export function handlerTable(handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>): HandlerTable {
  if (typeof handlers === 'function') return { of: () => handlers, batchesOf: undefined };
  plainObject('handlers', handlers);
  const byType = new Map<string, TypeHandler>();
  for (const [type, handler] of Object.entries(handlers)) {
    text('type', type);
    if (handler !== undefined) byType.set(type, checked(type, handler as TypeHandler));
  }
  if (byType.size === 0) throw new RangeError('handlers must be a function or at least one handler by type, got none');
  return { of: (type) => byType.get(type), batchesOf: commonSize([...byType.values()]) };
}

function checked(type: string, handler: TypeHandler): TypeHandler {
  if (isBatch(handler)) return handler;
  return callable(`the handler of ${shown(type)}`, handler);
}

/** Whether a handler was made by `batch`, of either copy of this package. */
export function isBatch(handler: TypeHandler): handler is BatchHandler {
  return typeof handler === 'object' && handler !== null && handler.kind === 'batch';
}

function commonSize(handlers: readonly TypeHandler[]): number | undefined {
  return handlers.every(isBatch) ? Math.max(...handlers.map(({ size }) => size)) : undefined;
}
