// Writes what Prometheus and Grafana need: `node emit-rules.mjs [folder]`, into deploy/ when no folder is named.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { register } from 'tsx/esm/api';

register();
const { deployFiles } = await import('./src/deploy-files.ts');

const folder = process.argv[2] ?? 'deploy';
mkdirSync(folder, { recursive: true });
for (const { name, content } of deployFiles()) {
  writeFileSync(join(folder, name), content);
  console.log(join(folder, name));
}
