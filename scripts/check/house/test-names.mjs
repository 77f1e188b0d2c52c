import ts from 'typescript';
import { fault, nodes } from './source-files.mjs';

/**
 * A test says what the code does: 'lets one probe through', not 'should let one probe through'.
 * @type {import('./source-files.mjs').Rule}
 */
export function testNamesRule(file) {
  if (!file.test) return [];
  return [...nodes(file.tree)].flatMap((node) => {
    if (!ts.isCallExpression(node) || !/^(test|it|describe)\b/.test(node.expression.getText())) return [];
    const [name] = node.arguments;
    const wishes = name !== undefined && ts.isStringLiteralLike(name) && /\bshould\b/.test(name.text);
    return wishes ? [fault(file, name, `test name says 'should': say what happens`)] : [];
  });
}
