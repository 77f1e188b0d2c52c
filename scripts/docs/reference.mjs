// Writes the API reference from the TSDoc of every public symbol: `node scripts/docs/reference.mjs [folder]`.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Application, Converter } from 'typedoc';
import { packages, root } from '../workspace.mjs';
import { mendAnchors } from './anchors.mjs';

const committed = join(root, 'docs', 'reference');
const target = resolve(process.argv[2] ?? committed);
makeRoom();
const entries = packages()
  .flatMap((one) => one.entries)
  .filter((entry) => existsSync(entry.source) && !isEmpty(entry.source));

const app = await Application.bootstrapWithPlugins({
  options: join(root, 'typedoc.json'),
  entryPoints: entries.map((entry) => entry.source),
  packagesRequiringDocumentation: packages().map((one) => one.name),
  name: 'Reference',
  out: target,
});
app.converter.on(Converter.EVENT_RESOLVE_BEGIN, nameModules);
const project = await app.convert();
if (project === undefined) process.exit(1);
app.validate(project);
await app.generateOutputs(project);
mendAnchors(target);
if (app.logger.hasErrors() || app.logger.hasWarnings()) process.exit(1);

/** Pages of symbols that are gone must go too; no other folder is ever emptied. */
function makeRoom() {
  if (target === committed) rmSync(committed, { recursive: true, force: true });
  else if (existsSync(target) && readdirSync(target).length > 0) throw new Error(`${target} is not empty`);
}

/** A package that does not export anything yet has no page. @param {string} source */
function isEmpty(source) {
  return /^\s*export\s*\{\s*\};?\s*$/.test(readFileSync(source, 'utf8'));
}

/**
 * A page is called by what a user imports, not by the file it comes from.
 * @param {import('typedoc').Context} context
 */
function nameModules(context) {
  for (const module of context.project.children ?? []) {
    const file = context.getSymbolFromReflection(module)?.declarations;
    const entry = entries.find((one) =>
      file?.some((declared) => resolve(declared.getSourceFile().fileName) === one.source),
    );
    if (entry !== undefined) module.name = entry.specifier;
  }
}
