declare module 'http-cache-tests/tests/index.mjs' {
  const suites: readonly {
    readonly id: string;
    readonly tests: readonly {
      readonly id: string;
      readonly name: string;
      readonly kind?: 'required' | 'optimal' | 'check';
      readonly browser_only?: boolean;
      readonly depends_on?: readonly string[];
    }[];
  }[];
  export default suites;
}

declare module 'http-cache-tests/client/runner.mjs' {
  export function runTests(
    suites: unknown,
    fetch: unknown,
    browser: boolean,
    base: string,
    chunk?: number,
  ): Promise<void>;
  export function getResults(): Readonly<Record<string, true | readonly [kind: string, message: string]>>;
}

declare module 'http-cache-tests/server/handle-*' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  export default function handle(segments: readonly string[], request: IncomingMessage, response: ServerResponse): void;
}
