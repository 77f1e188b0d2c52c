import { defineScript, type Script } from '@xc/redis';
import adjust from './lua/adjust.lua';
import answer from './lua/answer.lua';
import block from './lua/block.lua';
import bucket from './lua/bucket.lua';
import calls from './lua/calls.lua';
import changed from './lua/changed.lua';
import charge from './lua/charge.lua';
import decide from './lua/decide.lua';
import gcra from './lua/gcra.lua';
import head from './lua/head.lua';
import lease from './lua/lease.lua';
import members from './lua/members.lua';
import numbers from './lua/numbers.lua';
import others from './lua/others.lua';
import periods from './lua/periods.lua';
import plain from './lua/plain.lua';
import plainCall from './lua/plain-call.lua';
import readOnly from './lua/reading.lua';
import report from './lua/report.lua';
import sliding from './lua/sliding.lua';
import spelled from './lua/spelled.lua';
import strike from './lua/strike.lua';
import window from './lua/window.lua';
import writing from './lua/writing.lua';

/** What every script of a store answers: numbers alone, as `decide.lua` says. */
export type RawReply = readonly string[];

/** A script of a store; its first argument is what `opsJson` makes. */
export type StepScript<Reply = RawReply> = Script<readonly string[], Reply>;

const rest = [bucket, window, sliding, members, strike, others];
const names = 'decideOther, chargeOther, strike';
/** Set up only by a call that needs one of them: thirty functions cost as much as three commands. */
const onDemand = [`local ${names}\nlocal function others()`, ...rest, `return ${names}\nend`];
const decision = [plain, spelled, plainCall, numbers, gcra, ...onDemand, decide, charge, report, answer];
const decideAll = ['local function decideAll(ops, KEYS)', decide, charge, report, answer, 'end'];

/** Decides all limits, then charges all or none. */
export const takeScript = script('ratelimit-take', [writing, ...decision]);
/** Decides and charges for several callers. */
export const takesScript = defineScript<readonly string[], readonly string[]>({
  name: 'ratelimit-takes',
  lua: [head, writing, plain, spelled, numbers, gcra, ...onDemand, ...decideAll, calls].join('\n'),
  keys: 'many',
  parse: (raw) => (raw as string).split(';'),
});
/** Tells what `takeScript` would, and writes nothing. */
export const peekScript = script('ratelimit-peek', [readOnly, ...decision]);
/** Gives back or adds units where they were charged. */
export const adjustScript = change('ratelimit-adjust', adjust);
/** Renews or releases a lease. */
export const leaseScript = change('ratelimit-lease', lease);
/** Blocks keys. */
export const blockScript = change('ratelimit-block', block);

/** The same script, its replies read once more: a promise less than to wait for the raw one. */
export function reading<Reply>(script: StepScript, read: (raw: RawReply) => Reply): StepScript<Reply> {
  return { ...script, parse: (raw) => read(script.parse(raw)) };
}

function change(name: string, lua: string): StepScript {
  return script(name, [writing, numbers, gcra, ...rest, periods, lua, decide, report, changed]);
}

function script(name: string, parts: readonly string[]): StepScript {
  const lua = [head, ...parts].join('\n');
  return defineScript({ name, lua, keys: 'many', parse: (raw) => (raw as string).split(' ') });
}
