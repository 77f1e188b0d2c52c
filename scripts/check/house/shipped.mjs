import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';
import { nodes } from './source-files.mjs';

/**
 * Sources are published; what only tests use belongs into test/, which is not.
 * @param {readonly import('./source-files.mjs').SourceFile[]} files
 * @returns {string[]}
 */
export function unreachedSources(files) {
  const known = new Map(files.map((file) => [file.path, file]));
  const reached = new Set(files.filter((file) => file.entryOf !== undefined).map((file) => file.path));
  for (const path of reached) for (const next of importsOf(known.get(path))) reached.add(next);
  return files
    .filter((file) => file.library && !reached.has(file.path))
    .map((file) => `${file.path}:1: no entry of the package leads here: what only tests use belongs into test/`);
}

/** @param {import('./source-files.mjs').SourceFile | undefined} file */
function importsOf(file) {
  if (file === undefined) return [];
  return [...nodes(file.tree)].flatMap((node) => {
    const from = specifierOf(node);
    return from?.startsWith('.') ? [normalize(join(dirname(file.path), from))] : [];
  });
}

/** @param {ts.Node} node */
function specifierOf(node) {
  const from =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
        ? node.arguments[0]
        : undefined;
  return from !== undefined && ts.isStringLiteral(from) ? from.text : undefined;
}
