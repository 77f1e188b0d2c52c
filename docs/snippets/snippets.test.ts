import { readdirSync } from 'node:fs';
import { test } from 'vitest';

const servers = /\.(redis|pg)\.ts$/;
const snippets = readdirSync(new URL('.', import.meta.url)).filter(
  (file) =>
    file.endsWith('.ts') &&
    !file.endsWith('.test.ts') &&
    !servers.test(file),
);

// A snippet asserts what it shows and throws when that is no longer true.
test.each(snippets)('%s runs as printed', async (file) => {
  await import(new URL(file, import.meta.url).href);
});
