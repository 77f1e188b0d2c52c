import { tsImport } from 'tsx/esm/api';

// The loader of the main thread does not reach into others.
await tsImport('./thread.ts', import.meta.url);
