/**
 * The code of the thread, as text: it runs from the sources, from an ES module and from CommonJS alike, and needs no module but
 * Node's own. It speaks just enough of the protocol of Redis for scripts that answer with a status.
 *
 * `workerData`: `shared` counts the beats of the owner, `quietMs` is how long it may be silent until it counts as blocked, `renewMs`
 * how often to renew then, `maxBlockMs` for how long, `script`, and `answers`, the port for what was renewed when. Messages: what to
 * renew, per shard, and the owner's monotonic time. The least difference to that is taken for the difference of the clocks, so that
 * a renewal never looks later to the owner than it was.
 */
export const beatingThread = `
const { parentPort, workerData } = require('node:worker_threads');
const net = require('node:net');
const tls = require('node:tls');

const { shared, quietMs, renewMs, maxBlockMs, leaseMs, script, answers } = workerData;
const beats = new Int32Array(shared);
const connections = new Map();
let targets = [];
let heard = -1;
let aliveAt = now();
let renewedAt = 0;
let offset = Infinity;

function now() {
  return Number(process.hrtime.bigint()) / 1e6;
}

function frame(words) {
  return words.reduce((text, word) => text + '$' + Buffer.byteLength(String(word)) + '\\r\\n' + word + '\\r\\n', '*' + words.length + '\\r\\n');
}

function connection({ address, login }) {
  const name = JSON.stringify(address);
  const known = connections.get(name);
  if (known !== undefined) return known;
  const socket = address.tls === undefined ? net.connect(address) : tls.connect({ ...address.tls, ...address, tls: undefined });
  const made = { socket, waiting: [] };
  let text = '';
  socket.setNoDelay(true);
  socket.setEncoding('utf8');
  socket.on('data', (part) => {
    text += part;
    for (let end = text.indexOf('\\r\\n'); end >= 0; end = text.indexOf('\\r\\n')) {
      const line = text.slice(0, end);
      text = text.slice(end + 2);
      const waiter = made.waiting.shift();
      if (waiter !== undefined) waiter(line);
    }
  });
  const gone = () => {
    connections.delete(name);
    for (const waiter of made.waiting.splice(0)) waiter('-gone');
    socket.destroy();
  };
  socket.on('error', gone);
  socket.on('close', gone);
  connections.set(name, made);
  for (const words of login) ask(made, words);
  return made;
}

function ask(made, words) {
  return new Promise((resolve) => {
    made.waiting.push(resolve);
    made.socket.write(frame(words));
  });
}

async function renew(target) {
  if (target.members.length === 0) return;
  const at = now();
  const line = await ask(connection(target), ['EVAL', script, 2, ...target.keys, leaseMs, ...target.members]);
  if (line[0] !== '+') return;
  const names = target.names.filter((_, index) => line[index + 1] === '1');
  answers.postMessage({ at: at - offset, names });
}

parentPort.on('message', (message) => {
  targets = message.targets;
  offset = Math.min(offset, now() - message.now);
});

setInterval(() => {
  const at = now();
  const beat = Atomics.load(beats, 0);
  if (beat !== heard) {
    heard = beat;
    aliveAt = at;
    return;
  }
  const silentMs = at - aliveAt;
  if (silentMs < quietMs || silentMs > maxBlockMs || at - renewedAt < renewMs) return;
  renewedAt = at;
  for (const target of targets) void renew(target);
}, quietMs / 2);
`;
