import { defineScript, type Script, type ScriptArgument } from '@xc/redis';
import add from './lua/add.lua';
import addPlain from './lua/add-plain.lua';
import addUnique from './lua/add-unique.lua';
import audit from './lua/audit.lua';
import behindKeys from './lua/behind-keys.lua';
import bits from './lua/bits.lua';
import cancel from './lua/cancel.lua';
import card from './lua/card.lua';
import claim from './lua/claim.lua';
import counts from './lua/counts.lua';
import drain from './lua/drain.lua';
import drop from './lua/drop.lua';
import erase from './lua/erase.lua';
import events from './lua/events.lua';
import finish from './lua/finish.lua';
import flow from './lua/flow.lua';
import flowAdd from './lua/flow-add.lua';
import flows from './lua/flows.lua';
import head from './lua/head.lua';
import insert from './lua/insert.lua';
import jobs from './lua/jobs.lua';
import keys from './lua/keys.lua';
import lease from './lua/lease.lua';
import leaseRecord from './lua/lease-record.lua';
import leave from './lua/leave.lua';
import list from './lua/list.lua';
import listWaiting from './lua/list-waiting.lua';
import look from './lua/look.lua';
import open from './lua/open.lua';
import pause from './lua/pause.lua';
import place from './lua/place.lua';
import promote from './lua/promote.lua';
import recordParts from './lua/record-parts.lua';
import redrive from './lua/redrive.lua';
import remove from './lua/remove.lua';
import renew from './lua/renew.lua';
import repeat from './lua/repeat.lua';
import reseat from './lua/reseat.lua';
import results from './lua/results.lua';
import schedule from './lua/schedule.lua';
import schedules from './lua/schedules.lua';
import settle from './lua/settle.lua';
import state from './lua/state.lua';
import step from './lua/step.lua';
import stepPlain from './lua/step-plain.lua';
import sweep from './lua/sweep.lua';
import take from './lua/take.lua';
import takeOut from './lua/take-out.lua';
import tell from './lua/tell.lua';
import unique from './lua/unique.lua';
import update from './lua/update.lua';
import waiting from './lua/waiting.lua';
import wake from './lua/wake.lua';
import where from './lua/where.lua';

/** What Redis answers a script of a shard with: lists of bytes, numbers and nothing. */
export type Raw = Buffer | number | null | readonly Raw[];

/** A script of a shard. */
export type ShardScript = Script<readonly ScriptArgument[], readonly Raw[]>;

/** The scripts of a queue by name. */
export type ShardScripts = ReturnType<typeof shardScripts>;

/**
 * The scripts for servers that are told of news in this way.
 *
 * @param publish - SPUBLISH in a cluster that has it: the message stays on the master of the shard.
 * @param blind - Whether the count that the server answers says nothing, because listeners may be on other nodes.
 */
export function shardScripts(publish: 'PUBLISH' | 'SPUBLISH', blind: boolean) {
  const prelude = `local PUBLISH, blind = '${publish}', ${blind}`;
  /** What comes `first` is one level out: what functions take from there costs nothing to bind, however many they are. */
  const script = (name: string, first: readonly string[], ...parts: readonly string[]): ShardScript =>
    defineScript({
      name: `queue-${name}`,
      lua: [prelude, head, ...first, 'local function main()', ...parts, 'end', 'return main()'].join('\n'),
      keys: 'many',
      replies: 'bytes',
      parse: (raw) => raw as readonly Raw[],
    });
  const jobsOf = [bits, recordParts, events, keys, place, insert];
  const ends = [rarely, unique, flow, seldomNow, finish];
  const changing = [...jobsOf, ...ends, where, takeOut, erase, waiting, wake];
  const onDemand = (...lua: readonly string[]): string => ['local function group()', ...lua, 'end'].join('\n');
  const endsOnDemand = [rarely, onDemand(unique, flow, 'return freeUnique, passOn, leaveFlows'), seldom, finish];
  return {
    add: script(
      'add',
      [state, wake, addPlain],
      ...jobsOf,
      promote,
      onDemand(rarely, unique, flow, where, addUnique, 'return addUnique, forgetEnded'),
      waiting,
      add,
    ),
    step: script(
      'step',
      [repeat, state, waiting, wake, lease, stepPlain],
      ...[...jobsOf, ...endsOnDemand, where, takeOut, settle, sweep, promote, take, look, renew, step],
    ),
    cancel: script('cancel', [state], ...changing, cancel),
    remove: script('remove', [state], ...changing, remove),
    update: script('update', [state], ...changing, update),
    drain: script('drain', [state], ...changing, drain),
    drop: script('drop', [state], ...changing, drop),
    redrive: script('redrive', [state], ...changing, redrive),
    flow: script('flow', [state], ...changing, flowAdd),
    schedule: script('schedule', [state], ...changing, schedule),
    record: script('record', [state], leaseRecord),
    claim: script('claim', [state], claim),
    pause: script('pause', [state], bits, recordParts, events, waiting, wake, pause),
    tell: script('tell', [state], bits, recordParts, events, tell),
    reseat: script('reseat', [state], keys, waiting, wake, reseat),
    leave: script('leave', [], waiting, wake, leave),
    open: script('open', [], keys, open),
    jobs: script('jobs', [state], bits, where, jobs),
    results: script('results', [state], bits, where, results),
    flows: script('flows', [state], ...jobsOf, rarely, flow, where, flows),
    schedules: script('schedules', [], schedules),
    counts: script('counts', [state], bits, counts),
    behindKeys: script('behind-keys', [state], bits, behindKeys),
    list: script('list', [state], bits, recordParts, list),
    listWaiting: script('list-waiting', [state], listWaiting),
    audit: script('audit', [state], bits, audit),
  } as const;
}

/** The end of a job may need what most jobs do not have: bound when it is needed first. */
const rarely = 'local finish, tell';
const seldom = `local rare
local function seldom(what, ...)
  if not rare then
    local freeUnique, passOn, leaveFlows = group()
    rare = { freeUnique = freeUnique, passOn = passOn, leaveFlows = leaveFlows }
  end
  return rare[what](...)
end`;
const seldomNow = `local function seldom(what, ...)
  if what == 'freeUnique' then return freeUnique(...) end
  if what == 'passOn' then return passOn(...) end
  return leaveFlows(...)
end`;

/** Reads and writes the card of a queue. */
export const cardScript: ShardScript = defineScript({
  name: 'queue-card',
  lua: card,
  keys: 1,
  replies: 'bytes',
  parse: (raw) => raw as readonly Raw[],
});
