import { spawn } from 'node:child_process';

/** What a script printed, in order, and how it ended. */
export interface ScriptRun {
  readonly output: string;
  readonly code: number | null;
}

/** Runs a script of a checkout the way a person would. */
export function runScript(folder: string, script: string, ...args: readonly string[]): Promise<ScriptRun> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: folder,
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output += chunk.toString();
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', reject);
    child.on('close', (code) => resolve({ output, code }));
  });
}
