import { createApi } from './api.ts';
import { readAll } from './client.ts';
import { listen } from './listen.ts';

const api = createApi();
const origin = await listen(api.server);
const paths = Array.from({ length: 40 }, (_, index) => `/pages/${index}`);

const from = performance.now();
const bare = await Promise.all(paths.map(async (path) => (await fetch(`${origin}${path}`)).status));
console.log(`fetch:      ${bare.filter((status) => status === 200).length} of 40 pages, ${api.refused} calls refused`);

const before = api.refused;
const pages = await readAll(origin, paths);
const seconds = ((performance.now() - from) / 1_000).toFixed(1);
console.log(`pacedFetch: ${pages.length} of 40 pages in ${seconds} s, ${api.refused - before} calls refused`);
process.exit();
