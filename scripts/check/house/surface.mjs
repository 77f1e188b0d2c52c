import ts from 'typescript';
import { fault } from './source-files.mjs';

/**
 * A package shows what its entry files list by name, and nothing inside it goes through that list.
 * @type {import('./source-files.mjs').Rule}
 */
export function surfaceRule(file) {
  if (!/^packages\/[^/]+\/src\//.test(file.path)) return [];
  return file.tree.statements.flatMap((statement) => [
    ...ofExport(file, statement),
    ...ofImport(file, statement),
    ...ofContents(file, statement),
  ]);
}

/** @type {(file: import('./source-files.mjs').SourceFile, statement: ts.Statement) => string[]} */
function ofExport(file, statement) {
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return [];
  if (statement.exportClause === undefined || ts.isNamespaceExport(statement.exportClause))
    return [fault(file, statement, 'export *: list the names')];
  if (file.entryOf === undefined) return [fault(file, statement, 're-export outside an entry file of the package')];
  return [];
}

/** @type {(file: import('./source-files.mjs').SourceFile, statement: ts.Statement) => string[]} */
function ofImport(file, statement) {
  if (!file.library || !ts.isImportDeclaration(statement)) return [];
  const from = /** @type {ts.StringLiteral} */ (statement.moduleSpecifier).text;
  const ownIndex = /^\.{1,2}\/(.*\/)?index(\.[a-z]+)?$/.test(from) || from === '.' || from === '..';
  const ownName = from === file.packageName || from.startsWith(`${file.packageName}/`);
  return ownIndex || ownName
    ? [fault(file, statement, `imports its own index ('${from}'): import the file that has it`)]
    : [];
}

/** @type {(file: import('./source-files.mjs').SourceFile, statement: ts.Statement) => string[]} */
function ofContents(file, statement) {
  if (!file.path.endsWith('/index.ts') || ts.isExportDeclaration(statement)) return [];
  return [fault(file, statement, 'index.ts is a table of contents: it only re-exports')];
}
