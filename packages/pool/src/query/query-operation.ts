/** What a statement does, as far as metrics care. */
export type QueryOperation = 'select' | 'insert' | 'update' | 'delete' | 'other';

/** Every operation, in the order of the metrics. */
export const queryOperations = ['select', 'insert', 'update', 'delete', 'other'] as const satisfies QueryOperation[];

/** What a statement of this shape does; behind `with`, what its main statement does. */
export function operationOf(shape: string): QueryOperation {
  const first = /^[\s(]*([a-z]+)/.exec(shape)?.[1];
  const word = first === 'with' ? mainVerb(shape) : first;
  return queryOperations.find((operation) => operation === word) ?? 'other';
}

/** The first verb of `with` that is in no parentheses: the statements of the named queries are. */
function mainVerb(shape: string): string | undefined {
  let depth = 0;
  for (const [word] of shape.matchAll(/"[^"]*"|`[^`]*`|[()]|[\p{L}\d_$]+/gu)) {
    if (word === '(') depth += 1;
    else if (word === ')') depth -= 1;
    else if (depth === 0 && verbs.test(word)) return word;
  }
  return undefined;
}

const verbs = /^(?:select|insert|update|delete|merge|values|table)$/;
