import { defineConfig } from 'vitest/config';

// No Node runs decorators yet: esbuild lowers them, here as under tsx.
export default defineConfig({ esbuild: { target: 'es2022' }, test: { include: ['test/**/*.test.ts'] } });
