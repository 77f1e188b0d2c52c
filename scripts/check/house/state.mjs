import ts from 'typescript';
import { fault, nodes } from './source-files.mjs';

const collections = new Set(['Map', 'Set', 'WeakMap', 'WeakSet']);

/**
 * The ESM and the CJS copy of a package may live in one process, and two applications in one test: nothing is kept in
 * a module, and a library reads no environment variable behind its caller's back.
 * @type {import('./source-files.mjs').Rule}
 */
export function stateRule(file) {
  if (!file.library) return [];
  return [
    ...file.tree.statements
      .filter(isMutable)
      .map((node) => fault(file, node, 'state at module level: keep it in what is created')),
    ...[...nodes(file.tree)]
      .filter((node) => ts.isPropertyAccessExpression(node) && node.getText() === 'process.env')
      .map((node) => fault(file, node, 'process.env: take an option instead')),
  ];
}

/** @param {ts.Statement} statement */
function isMutable(statement) {
  if (!ts.isVariableStatement(statement)) return false;
  const list = statement.declarationList;
  return !(list.flags & ts.NodeFlags.Const) || list.declarations.some((one) => startsEmpty(one.initializer));
}

/**
 * A table that is empty when the module loads can only be there to be filled.
 * @param {ts.Expression | undefined} value
 */
function startsEmpty(value) {
  if (value === undefined) return false;
  if (ts.isArrayLiteralExpression(value)) return value.elements.length === 0;
  return ts.isNewExpression(value) && collections.has(value.expression.getText()) && !value.arguments?.length;
}
