import { createLocks, memoryLockStore } from '../../src/index.ts';
import { changed } from '../changed-store.ts';

const away = (): Promise<never> => Promise.reject(new Error('away'));
const locks = createLocks({ store: changed(memoryLockStore(), { acquire: away, release: away }) });
const error: unknown = await locks.acquire('a', { ttlMs: 3_600_000 }).catch((refused: unknown) => refused);
console.log((error as { readonly code?: string }).code);
