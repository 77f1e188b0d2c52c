import { createLocks } from '../../src/index.ts';

const locks = createLocks();
await locks.acquire('a');
const error: unknown = await locks.acquire('a', { waitMs: 200 }).catch((refused: unknown) => refused);
console.log((error as { readonly code?: string }).code);
