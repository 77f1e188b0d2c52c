import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';

const FIRST_PORT = 22_000;
const PORTS = 10_000;
const PATIENCE_MS = 1_000;

/**
 * Runs `work` while no other set-up of the same folder runs; a second one waits for the first.
 *
 * Whoever listens on the folder's port is at work. Unlike a lock file, a port never outlives its process, so a set-up that
 * was killed blocks nobody. A stranger on the port is told apart by what it says, and the next port is taken.
 * @template T
 * @param {string} folder
 * @param {import('./main.mjs').Say} say
 * @param {() => Promise<T>} work
 */
export async function alone(folder, say, work) {
  const release = await takeTurn(folder, say);
  try {
    return await work();
  } finally {
    release();
  }
}

/**
 * Where the set-up of a folder listens, when so many other ports were taken by strangers.
 * @param {string} folder
 * @param {number} distance
 */
export function portOf(folder, distance = 0) {
  const start = createHash('sha256').update(folder).digest().readUInt32BE();
  return FIRST_PORT + ((start + distance) % PORTS);
}

/**
 * @param {string} folder
 * @param {import('./main.mjs').Say} say
 */
async function takeTurn(folder, say) {
  const greeting = `set-up of ${folder}\n`;
  let told = false;
  for (let distance = 0; distance < PORTS; ) {
    const port = portOf(folder, distance);
    const release = await listen(port, greeting);
    if (release !== undefined) return release;
    const other = await sameWorkOn(port, greeting);
    if (other === undefined) {
      distance += 1;
      continue;
    }
    if (!told) say('another one works on this folder: waiting for it');
    told = true;
    await other.ended;
  }
  throw new Error('no free port on 127.0.0.1');
}

/**
 * @param {number} port
 * @param {string} greeting
 * @returns {Promise<(() => void) | undefined>} gives the port back; undefined when it is taken
 */
async function listen(port, greeting) {
  /** @type {Set<import('node:net').Socket>} */
  const waiting = new Set();
  const server = createServer((socket) => {
    waiting.add(socket.on('error', () => {}));
    socket.write(greeting);
  });
  try {
    server.listen({ port, host: '127.0.0.1', exclusive: true });
    await once(server, 'listening');
  } catch {
    return undefined;
  }
  return () => {
    server.close();
    for (const socket of waiting) socket.destroy();
  };
}

/**
 * Whether a set-up of the same folder is at work on this port.
 * @param {number} port
 * @param {string} greeting
 * @returns {Promise<{ ended: Promise<void> } | undefined>} undefined for a stranger
 */
async function sameWorkOn(port, greeting) {
  const socket = createConnection({ port, host: '127.0.0.1' }).on('error', () => {});
  /** @type {Promise<void>} */
  const closed = new Promise((resolve) => socket.once('close', () => resolve()));
  const heard = await new Promise((resolve) => {
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes;
      if (text.length >= greeting.length) resolve(text);
    });
    void closed.then(() => resolve(text));
    setTimeout(() => resolve(text), PATIENCE_MS).unref();
  });
  if (heard === greeting) return { ended: closed };
  socket.destroy();
  return undefined;
}
