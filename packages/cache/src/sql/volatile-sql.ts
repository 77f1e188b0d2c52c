import type { SqlToken } from './sql-tokens.ts';

/** Change from call to call without a parenthesis behind them. */
const WORDS = wordSet(`
  current_catalog current_date current_role current_schema current_time current_timestamp current_user
  localtime localtimestamp session_user sysdate system_user systimestamp tablesample user
  utc_date utc_time utc_timestamp
`);
/** Packages of Oracle, whose functions need no parenthesis either. */
const PACKAGES = /^dbms_/;
/** Sequences of Oracle, behind a name and a dot. */
const FIELDS = wordSet('currval nextval');
/** Change from call to call, differ from session to session, or do something. */
const CALLS = wordSet(`
  age clock_timestamp curdate current_setting currval curtime datetime getdate getutcdate julianday lastval
  now nextval setval statement_timestamp strftime sysdatetime sysdatetimeoffset sysutcdatetime timeofday
  transaction_timestamp unixepoch unix_timestamp
  crypt_gen_random gen_random_bytes gen_salt newid newsequentialid rand random random_bytes random_normal randomblob
  setseed uuid_short
  changes connection_id database found_rows ident_current last_insert_id last_insert_rowid row_count schema scope_identity total_changes version
  benchmark get_lock is_free_lock is_used_lock release_all_locks release_lock set_config sleep
  sys_context userenv
`);
const CALL_FAMILIES = /^(?:current_|dblink|inet_|lo_|pg_|txid_|uuid_)/;
/** Whoever makes them, and whatever makes something of them: they are named alike. */
const IDS = /(?:uuid|guid|ulid|cuid|ksuid|nanoid)(?:_?v?\d+)?$/;
/** Without arguments: now. */
const EMPTY_CALLS = wordSet('date time');
/** Texts that PostgreSQL and SQLite read as a time. */
const TIMES = /^'(?:now|today|tomorrow|yesterday)'$/i;

/** Whether the piece makes the answer depend on more than the tables: on time, chance, the session, or on being run. */
export function isVolatile(tokens: readonly SqlToken[], at: number): boolean {
  const { kind, text } = tokens[at] as SqlToken;
  if (kind === 'literal') return TIMES.test(text);
  if (kind === 'sign') return isSessionVariable(tokens, at);
  const word = kind === 'name' ? text.slice(1, -1).toLowerCase() : text.toLowerCase();
  if (tokens[at + 1]?.text === '(') return isVolatileCall(word, tokens[at + 2]?.text === ')');
  if (kind === 'name') return false;
  if (PACKAGES.test(word) && tokens[at + 1]?.text === '.') return true;
  if (tokens[at - 1]?.text === '.') return FIELDS.has(word);
  return WORDS.has(word) || isNextValue(word, tokens, at);
}

function isVolatileCall(word: string, isEmpty: boolean): boolean {
  const isFamily = CALL_FAMILIES.test(word) || IDS.test(word);
  return WORDS.has(word) || CALLS.has(word) || isFamily || (isEmpty && EMPTY_CALLS.has(word));
}

/** `next value for`, of the SQL standard. */
function isNextValue(word: string, tokens: readonly SqlToken[], at: number): boolean {
  return (
    word === 'next' && tokens[at + 1]?.text.toLowerCase() === 'value' && tokens[at + 2]?.text.toLowerCase() === 'for'
  );
}

/** `@name` and `@@name` are of the session, where they are no parameter of the program's own; `:=` sets one. */
function isSessionVariable(tokens: readonly SqlToken[], at: number): boolean {
  const [first, second, third] = tokens.slice(at, at + 3);
  if (first?.text === ':') return second?.text === '=' && second.gap === '';
  if (first?.text !== '@' || second === undefined || second.gap !== '') return false;
  const name = second.text === '@' ? third : second;
  return name !== undefined && name.gap === '' && (name.kind === 'word' || name.kind === 'name');
}

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.trim().split(/\s+/));
}
