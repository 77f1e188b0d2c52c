import ts from 'typescript';
import { fault, nodes } from './source-files.mjs';

/** The only places that may look at the machine's own clock and dice: what gives them, and what measures the process itself. */
const theSystem = /^packages\/(core\/src\/(system-[a-z-]+|timer-wheel)|metrics\/src\/runtime\/[a-z-]+-probe)\.ts$/;

const members = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'performance.timeOrigin',
  'process.hrtime',
  'process.uptime',
]);
const functions = new Set(['setTimeout', 'setInterval']);
const modules = new Set(['timers', 'timers/promises', 'perf_hooks']);

/**
 * Time and chance come in as `Clock` and `Random`: what takes them from the machine cannot be tested without waiting.
 * @type {import('./source-files.mjs').Rule}
 */
export function clockRule(file) {
  if (!file.library || theSystem.test(file.path)) return [];
  return [...nodes(file.tree)].flatMap((node) => {
    const name = machineTime(node);
    return name === undefined ? [] : [fault(file, node, `${name}: take a Clock or a Random instead`)];
  });
}

/**
 * @param {ts.Node} node
 * @returns {string | undefined}
 */
function machineTime(node) {
  if (ts.isPropertyAccessExpression(node)) return ofMember(node);
  if (ts.isNewExpression(node) && node.expression.getText() === 'Date' && !node.arguments?.length) return 'new Date()';
  if (ts.isImportDeclaration(node)) return ofImport(node);
  if (ts.isIdentifier(node) && functions.has(node.text) && isUse(node)) return node.text;
  return undefined;
}

/** @param {ts.PropertyAccessExpression} node */
function ofMember(node) {
  const name = node.getText().replace(/^globalThis\./, '');
  return members.has(name) || (functions.has(name) && node.getText() !== name) ? name : undefined;
}

/** @param {ts.ImportDeclaration} node */
function ofImport(node) {
  const from = /** @type {ts.StringLiteral} */ (node.moduleSpecifier).text.replace(/^node:/, '');
  return modules.has(from) ? `import from '${from}'` : undefined;
}

/**
 * `socket.setTimeout` is somebody's own method, and `typeof setTimeout` only a type.
 * @param {ts.Identifier} node
 */
function isUse(node) {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeQueryNode(parent) || ts.isImportSpecifier(parent)) return false;
  return !('name' in parent && parent.name === node);
}
