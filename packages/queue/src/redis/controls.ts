import type { EngineControls } from '../engine/engine-controls.ts';
import type { CallBounds } from './connection.ts';
import {
  cancel,
  claim,
  drain,
  drop,
  everywhere,
  limit,
  log,
  once,
  redrive,
  remove,
  setPaused,
  update,
} from './control-calls.ts';
import { addFlow } from './flow-call.ts';
import type { OpenQueue } from './open-queue.ts';
import { fire, putSchedule, takeSchedule } from './schedule-calls.ts';
import { tellSeen } from './seen-by-worker.ts';

type Controls = {
  readonly [Kind in keyof EngineControls]: (
    queue: OpenQueue,
    args: EngineControls[Kind]['args'],
    bounds: CallBounds,
  ) => Promise<EngineControls[Kind]['reply']>;
};

const controls: Controls = {
  pause: (queue, _, bounds) => setPaused(queue, true, bounds),
  resume: (queue, _, bounds) => setPaused(queue, false, bounds),
  limit,
  cancel,
  update,
  remove,
  drain,
  redrive,
  drop,
  flow: addFlow,
  schedule: putSchedule,
  unschedule: (queue, { name }, bounds) => takeSchedule(queue, name, bounds),
  fire,
  once,
  log,
  claim,
  leave: async (queue, { worker }, bounds) => {
    await everywhere(queue, 'leave', [queue.process + worker], bounds);
  },
  tell: tellSeen,
  watch: async (queue, { on }) => {
    if (on) await queue.events.begin();
    else queue.events.end();
  },
};

/** Changes something seldom. */
export function control<Kind extends keyof EngineControls>(
  queue: OpenQueue,
  kind: Kind,
  args: EngineControls[Kind]['args'],
  bounds: CallBounds,
): Promise<EngineControls[Kind]['reply']> {
  return controls[kind](queue, args, bounds);
}
