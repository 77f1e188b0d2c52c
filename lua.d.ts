/** Lua scripts are text: inlined at build time by tsup, loaded by a vite plugin in tests. */
declare module '*.lua' {
  const text: string;
  export default text;
}
