import { execFile } from 'node:child_process';
import { findInPath } from './program-in-path.mjs';

/** Why a test that needs Prometheus' own programs is skipped, or undefined where both are there. */
export function withoutPrometheus(): string | undefined {
  const missing = ['promtool', 'prometheus'].filter((program) => findInPath(program) === undefined);
  return missing.length === 0
    ? undefined
    : `there is no ${missing.join(' and no ')} in PATH (Debian package prometheus)`;
}

/** What a program said and how it ended. */
export interface Said {
  readonly code: number;
  /** Standard output and standard error. */
  readonly output: string;
}

/** Runs promtool, at most a minute long; never rejects because of what it finds. */
export function promtool(
  args: readonly string[],
  { input = '', folder }: { input?: string; folder?: string } = {},
): Promise<Said> {
  return new Promise((resolve) => {
    const child = execFile(
      'promtool',
      args,
      { cwd: folder, timeout: 60_000, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        const code = error === null ? 0 : typeof error.code === 'number' ? error.code : 1;
        resolve({ code, output: stdout + stderr });
      },
    );
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
