import { shown } from '../keys/shown.ts';

/** Commands that read one key, their first argument. Words that stand before the key belong to the name. */
const READS: readonly string[] = [
  ...['GET', 'STRLEN', 'GETRANGE', 'SUBSTR', 'GETBIT', 'BITCOUNT', 'BITPOS', 'BITFIELD_RO', 'DUMP'],
  ...['TYPE', 'TTL', 'PTTL', 'EXPIRETIME', 'PEXPIRETIME', 'OBJECT ENCODING', 'OBJECT FREQ', 'OBJECT IDLETIME'],
  ...['OBJECT REFCOUNT', 'MEMORY USAGE', 'SORT_RO'],
  ...['HGET', 'HMGET', 'HGETALL', 'HEXISTS', 'HLEN', 'HKEYS', 'HVALS', 'HSTRLEN', 'HRANDFIELD', 'HSCAN'],
  ...['HTTL', 'HPTTL', 'HEXPIRETIME', 'HPEXPIRETIME', 'LLEN', 'LINDEX', 'LRANGE', 'LPOS'],
  ...['SCARD', 'SISMEMBER', 'SMISMEMBER', 'SMEMBERS', 'SRANDMEMBER', 'SSCAN'],
  ...['ZCARD', 'ZCOUNT', 'ZLEXCOUNT', 'ZRANGE', 'ZRANGEBYLEX', 'ZRANGEBYSCORE', 'ZREVRANGE', 'ZREVRANGEBYLEX'],
  ...['ZREVRANGEBYSCORE', 'ZRANK', 'ZREVRANK', 'ZSCORE', 'ZMSCORE', 'ZRANDMEMBER', 'ZSCAN'],
  ...['GEODIST', 'GEOHASH', 'GEOPOS', 'GEOSEARCH', 'GEORADIUS_RO', 'GEORADIUSBYMEMBER_RO'],
  ...['XLEN', 'XRANGE', 'XREVRANGE', 'XPENDING', 'XINFO STREAM', 'XINFO GROUPS', 'XINFO CONSUMERS'],
];

const WRITES: readonly string[] = [
  ...['SET', 'SETNX', 'SETEX', 'PSETEX', 'GETSET', 'GETDEL', 'GETEX', 'APPEND', 'SETRANGE', 'SETBIT', 'BITFIELD'],
  ...['INCR', 'INCRBY', 'INCRBYFLOAT', 'DECR', 'DECRBY', 'RESTORE'],
  ...['EXPIRE', 'PEXPIRE', 'EXPIREAT', 'PEXPIREAT', 'PERSIST'],
  ...['HSET', 'HSETNX', 'HMSET', 'HDEL', 'HINCRBY', 'HINCRBYFLOAT', 'HGETDEL', 'HGETEX', 'HSETEX'],
  ...['HEXPIRE', 'HPEXPIRE', 'HEXPIREAT', 'HPEXPIREAT', 'HPERSIST'],
  ...['LPUSH', 'RPUSH', 'LPUSHX', 'RPUSHX', 'LPOP', 'RPOP', 'LSET', 'LINSERT', 'LREM', 'LTRIM', 'SADD', 'SREM', 'SPOP'],
  ...['ZADD', 'ZINCRBY', 'ZREM', 'ZPOPMIN', 'ZPOPMAX', 'ZREMRANGEBYLEX', 'ZREMRANGEBYRANK', 'ZREMRANGEBYSCORE'],
  ...['GEOADD', 'PFADD', 'XADD', 'XDEL', 'XTRIM', 'XSETID', 'XACK', 'XCLAIM', 'XAUTOCLAIM'],
  ...['XGROUP CREATE', 'XGROUP DESTROY', 'XGROUP SETID', 'XGROUP CREATECONSUMER', 'XGROUP DELCONSUMER'],
];

/** Commands whose other arguments are keys as well: with one key they are like the others. */
const READS_OF_KEYS: readonly string[] = ['MGET', 'EXISTS', 'TOUCH', 'PFCOUNT', 'SINTER', 'SUNION', 'SDIFF'];
const WRITES_OF_KEYS: readonly string[] = ['DEL', 'UNLINK'];

/** What is wrong with commands that people will look for here. */
const REASONS: readonly (readonly [why: string, names: readonly string[]])[] = [
  [
    'it is about several keys, which may be in several places',
    ['MSET', 'MSETNX', 'RENAME', 'RENAMENX', 'COPY', 'SMOVE', 'RPOPLPUSH', 'LMOVE', 'BITOP', 'PFMERGE', 'LCS', 'LMPOP']
      .concat(['ZMPOP', 'SINTERSTORE', 'SUNIONSTORE', 'SDIFFSTORE', 'ZINTERSTORE', 'ZUNIONSTORE', 'ZDIFFSTORE'])
      .concat(['ZRANGESTORE', 'GEOSEARCHSTORE', 'SORT', 'GEORADIUS', 'GEORADIUSBYMEMBER', 'SINTERCARD', 'MIGRATE']),
  ],
  [
    'it waits, or reads from where its key stands elsewhere',
    ['BLPOP', 'BRPOP', 'BLMOVE', 'BRPOPLPUSH', 'BLMPOP', 'BZPOPMIN', 'BZPOPMAX', 'BZMPOP', 'XREAD', 'XREADGROUP'],
  ],
];

/** A command about one key. */
export interface KeyCommand {
  readonly kind: 'read' | 'write';
  /** What stands before the key. */
  readonly words: readonly string[];
}

const KNOWN: ReadonlyMap<string, KeyCommand & { readonly onlyKeys: boolean }> = new Map(
  (
    [
      [READS, 'read', false],
      [WRITES, 'write', false],
      [READS_OF_KEYS, 'read', true],
      [WRITES_OF_KEYS, 'write', true],
    ] as const
  ).flatMap(([names, kind, onlyKeys]) => names.map((name) => [name, { kind, words: name.split(' '), onlyKeys }])),
);

/** More than Lua can hand to a command at a time. */
const MOST_ARGUMENTS = 7_000;

/**
 * What a command is.
 * @param command - In whatever case; with the word that follows it where that stands before the key: `xgroup create`.
 * @throws TypeError for one that is not about one key, its first argument, or that nobody knows. RangeError for too many
 * arguments.
 */
export function keyCommand(command: unknown, args: readonly unknown[]): KeyCommand {
  const name = typeof command === 'string' ? command.toUpperCase() : '';
  const known = KNOWN.get(name);
  if (known === undefined) {
    const why = REASONS.find(([, names]) => names.includes(name))?.[0] ?? 'none is known of that name';
    throw new TypeError(`command must be one about one key, its first argument, got ${shown(command)}: ${why}`);
  }
  if (known.onlyKeys && args.length > 0) {
    throw new TypeError(`${name} must be called for one key at a time, got ${args.length + 1}`);
  }
  if (name === 'SORT_RO' && args.some((arg) => /^(by|get)$/i.test(String(arg)))) {
    throw new TypeError('SORT_RO must be called without BY and GET: they are about other keys');
  }
  if (args.length > MOST_ARGUMENTS) {
    throw new RangeError(`${name} takes at most ${MOST_ARGUMENTS} arguments at a time, got ${args.length}`);
  }
  return known;
}
