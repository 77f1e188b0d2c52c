import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findInPath } from './program-in-path.mjs';
import { type Server, startAlone } from './server.ts';

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

/** Options of {@link startPrometheus}. */
export interface StartPrometheusOptions {
  /** What it scrapes: `host:port`, by the name of the job. */
  readonly jobs: Readonly<Record<string, string>>;
  /** @defaultValue 1_000 */
  readonly scrapeEveryMs?: number;
  /** A file of rules to evaluate as often. @defaultValue none */
  readonly rules?: string;
}

/** Starts a Prometheus of its own; see {@link withoutPrometheus}. */
export function startPrometheus({ jobs, scrapeEveryMs = 1_000, rules }: StartPrometheusOptions): Promise<Server> {
  return startAlone('prometheus', async ({ folder }) => {
    const config = join(folder, 'prometheus.json');
    const ruleFile = join(folder, 'rules.yml');
    if (rules !== undefined) await writeFile(ruleFile, rules);
    // JSON is YAML.
    const text = JSON.stringify({
      global: {
        scrape_interval: `${scrapeEveryMs}ms`,
        scrape_timeout: `${scrapeEveryMs}ms`,
        evaluation_interval: `${scrapeEveryMs}ms`,
      },
      rule_files: rules === undefined ? [] : [ruleFile],
      scrape_configs: Object.entries(jobs).map(([job, target]) => ({
        job_name: job,
        static_configs: [{ targets: [target] }],
      })),
    });
    await writeFile(config, text);
    return {
      name: 'prometheus',
      url: (port) => `http://127.0.0.1:${port}`,
      order: (port) => ({
        command: 'prometheus',
        args: [
          `--config.file=${config}`,
          `--storage.tsdb.path=${join(folder, 'data')}`,
          `--web.listen-address=127.0.0.1:${port}`,
          '--log.level=warn',
        ],
      }),
      ready: async (port) => (await fetch(`http://127.0.0.1:${port}/-/ready`).catch(() => undefined))?.ok === true,
    };
  });
}
