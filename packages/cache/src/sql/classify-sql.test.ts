import { describe, expect, test } from 'vitest';
import vectors from '../../test/vectors/cache.json' with { type: 'json' };
import { classifySql, type SqlKind } from './classify-sql.ts';

for (const { text, kind } of vectors.sql) {
  test(`takes ${JSON.stringify(text)} for ${kind}`, () => {
    expect(classifySql(text)).toBe(kind);
  });
}

const cases: Readonly<Record<SqlKind, readonly string[]>> = {
  read: [
    "select replace(a, 'x', 'y') from t",
    'with a as (select 1) select replace(a, 1, 2) from a',
    'with a as (select 1), b as (select 2) (select * from a)',
    "select a #> '{b}' from t",
    'select substring(a from 1 for 3) from t',
    'select utc.utc_date, load, @ -5 from utc',
    'select * from t where a @ b and c @@ d',
    "select 'C:\\dir' from t",
    'select `update` from `insert`',
    "select * from t where a @> '{1}' and b @@ to_tsquery($1)",
    'select date(created), time(created) from t',
    'SELECT a.now, b.current_date FROM a, b',
    'select -- a\n 1 -- b',
    'select 1;;',
    "select $tag$ ; delete ' $tag$",
    'select 1 -- a\r\n, 2 -- b\r',
    'select a[1], [Order  Details].[Line No] from [Order  Details]',
    "select array['a', 'b'] || q, q 'x' from t",
    'select (update), (delete), (update is null) from t where (delete = 1)',
    'select generate_series(1, 3), guid, ulid from t',
  ],
  write: [
    'select * into copy from t',
    "select * from t into outfile 'f'",
    'with a as materialized (update t set a = 1 returning *) select * from a',
    'with a as (select 1) insert into t select * from a',
    '/* read */ delete from t',
    'select * from old table (delete from t)',
    'select id from final table(update t set a = 1)',
    '(with x as (delete from t returning *) select * from x)',
    'select * from t where a in (with d as (delete from x returning id) select id from d)',
    'select * from (delete from t returning *) x',
    'select * from (update only s.t as u set a = 1 returning *) x',
    'select * from (insert into t values (1) returning *) x',
  ],
  locking: [
    'select * from t for key share skip locked',
    'select * from (select * from t for update) x',
    'select * from t with (updlock) where a = 1',
    'SELECT * FROM t FOR -- why\n UPDATE',
  ],
  volatile: [
    'select pg_catalog.now()',
    'select "now"()',
    "select 'now'::timestamp",
    "select date('NOW')",
    'select date()',
    'select next value for s',
    'select s.nextval from dual',
    'select @@identity',
    'select @a := @a + 1',
    'select * from t where a = @a',
    'select @`a`',
    'select utc_timestamp',
    'select UTC_DATE, utc_time from dual',
    'select dbms_random.value from dual',
    'select sys.dbms_random.value from dual',
    "select sys_context('userenv', 'session_user') from dual",
    'select * from t tablesample bernoulli (10)',
    'select pg_advisory_lock(1)',
    'select current_user',
    'select pg_sleep (1)',
    'with a as (select now() n) select * from a',
    'select generate_uuid()',
    'select gen_ulid(), 1',
    'select ulid()',
    'select nanoid(21)',
    'select generateUUIDv4()',
    'select scope_identity()',
    "select ident_current('t')",
    'select crypt_gen_random(2)',
  ],
  unknown: [
    'select 5--1',
    'select 1 --\r, now()',
    'select 1 -- a\r, now()',
    'select 1 --\r, now() -- \n',
    'select a\u00a0b from t',
    'select a\vb from t',
    'select\u20281',
    '\ufeffselect 1',
    "select [a'], getdate(), [b']",
    'select [a -- b], getdate()',
    'select [a /* b], getdate(), [c */ d]',
    "select q'[a']', sysdate, q'[b']' from dual",
    "select nq'!it's!', sysdate, nq'!it's!' from dual",
    'select 1 # now()',
    'select /*! now() */ 1',
    'select /* a /* b */ c */ 1',
    "select 'it\\'s'",
    'select "a\\"b"',
    "select 'open",
    'select $$open',
    'select (1',
    'select 1)',
    'with',
    'with a as (select 1)',
    'explain analyze delete from t',
    'call p()',
    ';',
    '',
  ],
};

for (const [kind, texts] of Object.entries(cases)) {
  describe(`takes for ${kind}`, () => {
    test.each(texts)('%j', (text) => {
      expect(classifySql(text)).toBe(kind);
    });
  });
}

test('takes time that grows no faster than the text', () => {
  for (const piece of ["'", '/*', '(', "''", '$a$', '--', 'select ', '/**/', "e'\\", '--\r', '[', "['"]) {
    expect(() => classifySql(`select ${piece.repeat(20_000)}`)).not.toThrow();
  }
});

test('refuses what is no text', () => {
  expect(() => classifySql(1 as never)).toThrow('sql must be a string, got number');
});
