import { refuseUnknown } from '../option-checks.ts';
import type { AnyJobs } from '../queue/job-types.ts';
import type { Handler, HandlerMap } from '../worker/handler.ts';
import type { WorkOptions } from '../worker/work-options.ts';
import { unsupported } from './unsupported.ts';

const OURS_ALONE = ['maxBlockMs', 'onStuck', 'maxStuck'] as const;

/** @throws XcError XC_QUEUE_UNSUPPORTED for what BullMQ's workers do not have; TypeError for what no worker has */
export function refuseForeignWork(options: WorkOptions): void {
  refuseUnknown(options, [
    ...['concurrency', 'graceMs', 'abortGraceMs', 'unknownType', 'schedules', 'prefetch', 'heartbeat'],
    ...OURS_ALONE,
  ]);
  if (options.schedules === false) throw unsupported('worker without schedules');
  if (options.prefetch !== undefined && options.prefetch !== 'auto') throw unsupported('prefetch');
  if (options.heartbeat !== undefined && options.heartbeat !== 'loop') throw unsupported('heartbeat');
  for (const name of OURS_ALONE) if (options[name] !== undefined) throw unsupported(name);
}

/** Finds the handler of a type. @throws TypeError unless functions; XcError XC_QUEUE_UNSUPPORTED for a batch */
export function handlerLookup(
  handlers: Handler<AnyJobs> | HandlerMap<AnyJobs>,
): (type: string) => Handler<AnyJobs> | undefined {
  if (typeof handlers === 'function') return () => handlers;
  if (typeof handlers !== 'object' || handlers === null) {
    throw new TypeError(`handlers must be a function or an object of functions, got ${typeof handlers}`);
  }
  const map = new Map(Object.entries(handlers));
  if (map.size === 0) throw new TypeError('handlers must name at least one type, got none');
  for (const [type, handler] of map) {
    if (typeof handler === 'object' && (handler as { readonly kind?: string } | null)?.kind === 'batch')
      throw unsupported('batch');
    if (typeof handler !== 'function')
      throw new TypeError(`handler of ${type} must be a function, got ${typeof handler}`);
  }
  return (type) => map.get(type) as Handler<AnyJobs> | undefined;
}
