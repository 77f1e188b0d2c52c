// The process behind `openKeeper()`: it is the parent of the servers that a test starts, and ends them when the process
// that asked for them goes away for whatever reason. Plain JavaScript, because it must run on Node 20 without a loader.
import { spawn } from 'node:child_process';
import { chownSync, closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { descendants } from './process-tree.mjs';

const GRACE_MS = 2_000;

/** What runs now, by pid. A pid stays ours until its exit was seen here, so a signal never meets a stranger. */
const running = new Map();
/** @type {string | undefined} */
let folder;
let leaving = false;

const methods = {
  open({ parent, prefix, owner }) {
    folder = mkdtempSync(join(parent, prefix));
    if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
    return folder;
  },

  start({ command, args, cwd, env, owner, log, channel, gentleSignal }) {
    if (leaving) throw new Error('nobody is there any more to whom it would belong');
    const output = openSync(log, 'a');
    const child = spawn(command, args, {
      cwd,
      env,
      ...owner,
      serialization: 'advanced',
      stdio: channel ? ['ignore', output, output, 'ipc'] : ['ignore', output, output],
    });
    closeSync(output);
    if (child.pid === undefined) return new Promise((_, reject) => child.once('error', reject));
    child.on('error', () => {});
    // Known before anything else can happen: the channel may close any moment, and then this one must not be forgotten.
    const ended = new Promise((resolve) => child.once('close', resolve));
    running.set(child.pid, { child, ended, gentleSignal });
    child.on('message', (message) => tell({ event: 'message', pid: child.pid, message }));
    // 'close' comes after 'exit' and after the last message of the channel.
    child.once('close', (code, signal) => {
      running.delete(child.pid);
      tell({ event: 'ended', pid: child.pid, code: code ?? undefined, signal: signal ?? undefined });
    });
    return child.pid;
  },

  async signal({ pid, signal }) {
    const server = running.get(pid);
    if (server === undefined) return;
    const tree = signalTree(pid, signal);
    if (signal !== 'SIGKILL') return;
    await server.ended;
    await untilGone(tree);
  },

  send({ pid, message }) {
    const server = running.get(pid);
    if (server === undefined) throw new Error(`process ${pid} is gone`);
    server.child.send(message);
  },

  async end({ pid }) {
    await end(pid);
  },
};

process.on('message', async ({ id, method, order }) => {
  try {
    tell({ id, result: await methods[method](order) });
  } catch (error) {
    tell({ id, error: error instanceof Error ? error.message : String(error) });
  }
});
for (const event of ['disconnect', 'SIGTERM', 'SIGINT', 'SIGHUP']) process.on(event, leave);

function tell(message) {
  if (process.connected) process.send(message, () => {});
}

async function leave() {
  if (leaving) return;
  leaving = true;
  await Promise.all([...running.keys()].map(end));
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  process.exit();
}

/** Ends one process: by its gentle signal where it has one, so that it can give back what the kernel keeps for it. */
async function end(pid) {
  const server = running.get(pid);
  if (server === undefined) return;
  if (server.gentleSignal !== undefined) {
    signalTree(pid, 'SIGCONT');
    process.kill(pid, server.gentleSignal);
    await Promise.race([server.ended, new Promise((resolve) => setTimeout(resolve, GRACE_MS).unref())]);
  }
  if (!running.has(pid)) return;
  const tree = signalTree(pid, 'SIGKILL');
  await server.ended;
  await untilGone(tree);
}

/**
 * A killed child gives back what it holds a moment after its parent, on a busy machine a long one, and PostgreSQL does not
 * start again while one of its last life is still there.
 */
async function untilGone(pids) {
  const giveUpAt = performance.now() + GRACE_MS;
  while (pids.some(isThere) && performance.now() < giveUpAt) await new Promise((resolve) => setTimeout(resolve, 2));
}

function isThere(pid) {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0);
    // What is only a name in the list of processes (Z, X) holds nothing any more.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/[ZX]/.test(stat[stat.lastIndexOf(')') + 2]);
  } catch (error) {
    if (error.code !== 'ENOENT' && error.code !== 'ESRCH') throw error;
    return false;
  }
}

/**
 * Signals a process and everything below it, and tells what that was: PostgreSQL's back ends are sessions of their own, no
 * group reaches them.
 */
function signalTree(pid, signal) {
  // A stopped parent cannot start a child between the look and the signal.
  if (signal === 'SIGKILL' || signal === 'SIGSTOP') signalOne(pid, 'SIGSTOP');
  const below = descendants(pid);
  for (const child of below) signalOne(child, signal);
  signalOne(pid, signal);
  return below;
}

function signalOne(pid, signal) {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}
