import { type Dialect, removeFrom, rowOf } from './dialect.ts';

/**
 * MySQL and SQLite: relays take turns by a lock row. Neither tells which transactions are open, so on MySQL a row that commits
 * after one with a higher number may be passed: rows of one key are in order where their writers wait for each other before they
 * write to the outbox. SQLite has one writer at a time.
 */
export function lockRowDialect(table: string, dialect: 'mysql' | 'sqlite'): Dialect {
  const lock = `${table}_lock`;
  const [key, text, ignore] =
    dialect === 'mysql'
      ? ['BIGINT AUTO_INCREMENT PRIMARY KEY', 'LONGTEXT', 'INSERT IGNORE']
      : ['INTEGER PRIMARY KEY AUTOINCREMENT', 'TEXT', 'INSERT OR IGNORE'];
  return {
    ddl: [
      `CREATE TABLE IF NOT EXISTS ${table} (
  seq ${key},
  id VARCHAR(200) NOT NULL,
  queue VARCHAR(100) NOT NULL,
  type VARCHAR(200) NOT NULL,
  data ${text},
  options ${text}
)`,
      `CREATE TABLE IF NOT EXISTS ${lock} (id INTEGER PRIMARY KEY, turn BIGINT NOT NULL)`,
      `${ignore} INTO ${lock} (id, turn) VALUES (1, 0)`,
    ],

    async insert(tx, { id, queue, type, data, options }) {
      await tx(`INSERT INTO ${table} (id, queue, type, data, options) VALUES ($1, $2, $3, $4, $5)`, [
        id,
        queue,
        type,
        data,
        options,
      ]);
    },

    async takeTurn(tx) {
      await tx(`UPDATE ${lock} SET turn = turn + 1 WHERE id = 1`, []);
    },

    async read(tx, after, limit) {
      const { rows } = await tx(
        `SELECT seq, id, queue, type, data, options FROM ${table} WHERE seq > $1 ORDER BY seq LIMIT ${limit}`,
        [after],
      );
      return rows.map(rowOf);
    },

    remove: (tx, sequences) => removeFrom(table, tx, sequences),
  };
}
