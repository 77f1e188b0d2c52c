import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { database, routeOf } from '../../test/replica/database.ts';
import { Session } from './read-session.ts';

describe('a session', () => {
  test('reads what it wrote: from the primary until a replica is there', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    const session = db.replicas.session();
    db.servers.pause('b');
    await db.replicas.write(() => db.servers.commit(), { session });
    await db.clock.advance(1_000);
    expect(await db.replicas.read(routeOf, { session })).toBe('a primary behind');
    expect(await db.replicas.read(routeOf)).toBe('b replica fresh');
    db.servers.replay('b');
    await db.clock.advance(1_000);
    expect(await db.replicas.read(routeOf, { session })).toBe('b replica session');
  });

  test('reads from any replica as long as it has written nothing', async () => {
    using db = database('ab');
    const session = db.replicas.session();
    expect(await db.replicas.read(routeOf, { session })).toBe('b replica fresh');
    expect(await db.replicas.read(routeOf, { session: db.replicas.session(session.token) })).toBe('b replica fresh');
  });

  test('waits for a replica as long as it may', async () => {
    using db = database('ab', { waitForReplicaMs: 200 });
    await db.clock.advance(0);
    const session = db.replicas.session();
    db.servers.pause('b');
    await db.replicas.write(() => db.servers.commit(), { session });
    const early = db.replicas.read(routeOf, { session });
    await db.clock.advance(100);
    db.servers.replay('b');
    await db.clock.advance(40);
    expect(await early).toBe('b replica session');
    db.servers.pause('b');
    await db.replicas.write(() => db.servers.commit(), { session });
    const late = db.replicas.read(routeOf, { session });
    const caller = new AbortController();
    const aborted = db.replicas.read(routeOf, { session, signal: caller.signal });
    aborted.catch(() => {});
    await db.clock.advance(100);
    caller.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    await db.clock.advance(100);
    expect(await late).toBe('a primary behind');
  });

  test('goes on in the next request by its token, which fits a cookie', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    const session = db.replicas.session();
    db.servers.pause('b');
    await db.replicas.write(() => db.servers.commit(), { session });
    expect(session.token).toMatch(/^[\w.~-]+$/);
    expect(await db.replicas.read(routeOf, { session: db.replicas.session(session.token) })).toBe('a primary behind');
  });

  test.each([
    '',
    'garbage',
    '1.1.',
    '1.x.NQ',
    '2.1.NQ',
    '1.1.bm90LWEtbnVtYmVy',
    `1.1.${'a'.repeat(5_000)}`,
    '1.?',
    '%00',
  ])('with the unreadable token %j reads from the primary until it writes', async (token) => {
    using db = database('ab');
    const session = db.replicas.session(token);
    expect(await db.replicas.read(routeOf, { session })).toBe('a primary unreadable-token');
    expect(await db.replicas.read(routeOf, { session: db.replicas.session(session.token) })).toBe(
      'a primary unreadable-token',
    );
    await db.replicas.write(() => db.servers.commit(), { session });
    await db.clock.advance(1_000);
    expect(await db.replicas.read(routeOf, { session })).toBe('b replica session');
  });

  test('in async context needs no code', async () => {
    using db = database('ab');
    await db.clock.advance(0);
    db.servers.pause('b');
    const [inside, other] = await db.replicas.inSession(db.replicas.session(), async () => {
      await db.replicas.write(() => db.servers.commit());
      const fresh = db.replicas.session();
      return [await db.replicas.read(routeOf), await db.replicas.read(routeOf, { session: fresh })];
    });
    expect([inside, other]).toEqual(['a primary behind', 'b replica fresh']);
    expect(await db.replicas.read(routeOf)).toBe('b replica fresh');
    expect(db.replicas.inSession(db.replicas.session(), () => 7)).toBe(7);
  });

  test('goes with the new primary: what does not follow it is not read any more', async () => {
    using db = database('abc');
    await db.clock.advance(0);
    const session = db.replicas.session();
    await db.replicas.write(() => db.servers.commit(), { session });
    const before = session.token;
    // One replica never hears of the new primary, and goes on with the old one.
    db.servers.pause('c');
    db.servers.promote('b');
    await db.clock.advance(1_000);
    for (let read = 0; read < 10; read += 1) {
      expect(await db.replicas.read(routeOf, { session })).toBe('a replica session');
    }
    expect(session.token).not.toBe(before);
  });

  test('whose position nobody could tell reads from the primary, and the write keeps its result', async () => {
    using db = database('ab', { probeTimeoutMs: 300 });
    await db.clock.advance(0);
    const session = db.replicas.session();
    const write = db.replicas.write(
      () => {
        db.servers.hang('a');
        return 'written';
      },
      { session },
    );
    await db.clock.advance(300);
    expect(await write).toBe('written');
    db.servers.start('a');
    await db.clock.advance(1_000);
    expect(await db.replicas.read(routeOf, { session })).toBe('a primary unreadable-token');
    expect(db.pools.a?.stats().inUse).toBe(0);
  });

  test.each(['1.0.', {}, 5])('that is %j is refused: silence would lose what was written', async (session) => {
    using db = database('ab');
    await db.clock.advance(0);
    const message = /^session must be one that session\(\) gave, got /;
    const run = vi.fn();
    await expect(db.replicas.write(run, { session: session as never })).rejects.toThrow(message);
    await expect(db.replicas.read(run, { session: session as never })).rejects.toThrow(message);
    await expect(db.replicas.inSession(session as never, () => db.replicas.read(run))).rejects.toThrow(message);
    expect(run).not.toHaveBeenCalled();
  });

  test('never goes back, in whatever order its writes end', () => {
    const compare = (a: string, b: string) => Number(a) - Number(b);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.nat(99)), { minLength: 1 }), (writes) => {
        const session = new Session(compare, undefined);
        for (const [term, position] of writes) session.wrote(term, String(position));
        const [term, position] = [0, 1].map((index) => Math.max(...writes.map((write) => write[index] ?? 0)));
        expect(session.mark).toEqual({ term, position: String(position) });
        expect(new Session(compare, session.token).mark).toEqual(session.mark);
      }),
    );
  });
});
