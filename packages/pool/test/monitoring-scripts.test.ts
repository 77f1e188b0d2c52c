import { describe, expect, test } from 'vitest';
import { createPool } from '../src/index.ts';
import { fakeFactory, type MonitoringScript, runPoolScript } from '../src/testing/index.ts';

const waiting: MonitoringScript = {
  description: 'a thread waits for the connection that another checks in',
  poolOptions: { maxPoolSize: 1, waitQueueTimeoutMS: 5_000 },
  operations: [
    { name: 'ready' },
    { name: 'checkOut', label: 'held' },
    { name: 'start', target: 'thread1' },
    { name: 'checkOut', thread: 'thread1', label: 'waited' },
    { name: 'waitForEvent', event: 'ConnectionCheckOutStarted', count: 2 },
    { name: 'checkIn', connection: 'held' },
    { name: 'waitForThread', target: 'thread1' },
  ],
  events: [
    { type: 'ConnectionCheckOutStarted', address: 42 },
    { type: 'ConnectionCheckedOut', connectionId: 1, address: 42 },
    { type: 'ConnectionCheckOutStarted', address: 42 },
    { type: 'ConnectionCheckedIn', connectionId: 1, address: 42 },
    { type: 'ConnectionCheckedOut', connectionId: 1, address: 42 },
  ],
  ignore: ['ConnectionPoolCreated', 'ConnectionPoolReady', 'ConnectionCreated', 'ConnectionReady'],
};

const timesOut: MonitoringScript = {
  description: 'a check-out that waits for too long fails',
  poolOptions: { maxPoolSize: 1, waitQueueTimeoutMS: 50 },
  operations: [
    { name: 'ready' },
    { name: 'checkOut' },
    { name: 'start', target: 'thread1' },
    { name: 'checkOut', thread: 'thread1' },
    { name: 'waitForThread', target: 'thread1' },
  ],
  error: { type: 'WaitQueueTimeoutError' },
  events: [
    { type: 'ConnectionCheckOutStarted' },
    { type: 'ConnectionCheckedOut', connectionId: 42 },
    { type: 'ConnectionCheckOutStarted' },
    { type: 'ConnectionCheckOutFailed', reason: 'timeout' },
  ],
  ignore: ['ConnectionPoolCreated', 'ConnectionPoolReady', 'ConnectionCreated', 'ConnectionReady'],
};

const closes: MonitoringScript = {
  description: 'closing closes what is idle and refuses what comes after',
  poolOptions: { minPoolSize: 2 },
  operations: [
    { name: 'ready' },
    { name: 'waitForEvent', event: 'ConnectionReady', count: 2 },
    { name: 'checkOut', label: 'one' },
    { name: 'checkIn', connection: 'one' },
    { name: 'close' },
    { name: 'checkOut' },
  ],
  error: { type: 'PoolClosedError' },
  events: [
    { type: 'ConnectionPoolReady' },
    { type: 'ConnectionCheckedOut', connectionId: 2 },
    { type: 'ConnectionCheckedIn', connectionId: 2 },
    { type: 'ConnectionClosed', reason: 'poolClosed' },
    { type: 'ConnectionClosed', reason: 'poolClosed' },
    { type: 'ConnectionPoolClosed' },
  ],
  ignore: [
    'ConnectionPoolCreated',
    'ConnectionCreated',
    'ConnectionReady',
    'ConnectionCheckOutStarted',
    'ConnectionCheckOutFailed',
  ],
};

const stale: MonitoringScript = {
  description: 'what was lent before a clear is closed on check-in, by interrupt at once',
  operations: [
    { name: 'ready' },
    { name: 'checkOut', label: 'one' },
    { name: 'checkOut', label: 'two' },
    { name: 'clear' },
    { name: 'checkIn', connection: 'one' },
    { name: 'ready' },
    { name: 'clear', interruptInUseConnections: true },
    { name: 'wait', ms: 10 },
  ],
  events: [
    { type: 'ConnectionPoolCleared' },
    { type: 'ConnectionCheckedIn', connectionId: 1 },
    { type: 'ConnectionClosed', connectionId: 1, reason: 'stale' },
    { type: 'ConnectionPoolCleared' },
    { type: 'ConnectionClosed', connectionId: 2, reason: 'stale' },
  ],
  ignore: [
    'ConnectionPoolCreated',
    'ConnectionPoolReady',
    'ConnectionCreated',
    'ConnectionReady',
    'ConnectionCheckOutStarted',
    'ConnectionCheckedOut',
  ],
};

const run = (script: MonitoringScript) => runPoolScript(script, (options) => createPool(fakeFactory(), options));

describe('scenarios of connection monitoring', () => {
  test.each([waiting, timesOut, closes, stale])('$description', (script) => run(script));

  test('a scenario that expects something else fails', async () => {
    await expect(
      run({ ...waiting, events: [...(waiting.events ?? []), { type: 'ConnectionClosed' }] }),
    ).rejects.toThrow();
    await expect(run({ ...timesOut, error: { type: 'PoolClosedError' } })).rejects.toThrow();
    await expect(run({ ...waiting, error: { type: 'PoolClosedError' } })).rejects.toThrow();
    await expect(run({ operations: [{ name: 'dance' }] })).rejects.toThrow('unknown operation dance');
  });
});
