const operations = new Set([
  ...['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'MERGE', 'WITH', 'CALL', 'BEGIN', 'COMMIT', 'ROLLBACK', 'SET', 'CREATE'],
  ...['ALTER', 'DROP', 'TRUNCATE', 'COPY', 'EXPLAIN', 'VALUES'],
]);

/** What may stand before the first word: white space, comments, which do not nest, and opening parentheses. */
const before = /(?:[\s(]|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*/y;
const word = /[\p{L}\p{N}_$]+/uy;

/** The operation of a statement: its first word in upper case, one of eighteen, or `OTHER`. Takes anything and never throws. */
export function sqlOperation(sql: string): string {
  const text = String(sql);
  before.lastIndex = 0;
  before.test(text);
  word.lastIndex = before.lastIndex;
  const [first = ''] = word.exec(text) ?? [];
  const operation = first.toUpperCase();
  return operations.has(operation) ? operation : 'OTHER';
}
