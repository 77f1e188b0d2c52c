import type { Clock } from '@xc/core';
import type { Database } from '../database/open-database.ts';
import type { Crowd } from '../load/crowd.ts';
import { LiveFigures } from '../load/live-figures.ts';
import type { Sample } from '../load/sample.ts';
import { type RunningLoad, startLoad } from '../load/start-load.ts';
import type { Traffic } from '../load/visits.ts';
import type { LiveLine } from '../progress/live-line.ts';
import { type RunningService, startService } from '../service/start-service.ts';

/** What an act plays with. Whatever it starts here, the stage ends. */
export interface Stage {
  readonly clock: Clock;
  readonly seed: number;
  /** How many visitors open the guide once before the clock of a load starts. */
  readonly regulars: number;
  /** Given by `--redis`, for every engine that has one. */
  readonly redisUrl: string | undefined;
  /** Aborts when the demo is to end. */
  readonly signal: AbortSignal;
  /** The database with the places; the same for all acts. */
  database(): Promise<Database>;
  /** Starts the city guide. `guide` is the module that exports `openGuide`; `redis` one that the act has for itself. */
  service(name: string, guide: URL, redis?: string): Promise<RunningService>;
  /** Sends the regular visitors, or a crowd of them, to all these services alike. */
  visitors(services: readonly RunningService[], traffic: Traffic | Crowd): Promise<RunningLoad>;
  /** Says in a few words what is going on; the live line shows it with the figures of the last second. */
  say(what: string): void;
}

export interface StageOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly redisUrl: string | undefined;
  readonly signal: AbortSignal;
  readonly line: LiveLine;
}

/** So many people come back to the guide again and again... */
const VISITORS = 120;
/** ...and leave when there is no answer after so long. */
const PATIENCE_MS = 5_000;

export interface OpenStage extends Stage, AsyncDisposable {
  /** The same stage for one act: what that act started ends with it. */
  act(name: string): Stage & AsyncDisposable;
}

/** A stage whose database opens when the first act asks for it. */
export function openStage(options: StageOptions): OpenStage {
  const { clock, seed, redisUrl, signal, line } = options;
  let database: Promise<Database> | undefined;

  function act(actName: string): Stage & AsyncDisposable {
    const running: Promise<AsyncDisposable>[] = [];
    const live = new LiveFigures(clock);
    let said = '';
    const refresh = () => line.show(`${actName}: ${[said, ...live.lines()].join('   ')}`);
    const say = (what: string) => {
      said = what;
      refresh();
    };
    const openedDatabase = () => {
      if (database === undefined) say('PostgreSQL starts and loads the places');
      // Imported here and not above: `--help` and the first words of the demo need no server.
      database ??= import('../database/open-database.ts').then(({ openDatabase }) => openDatabase());
      return database;
    };
    /** Kept while it still starts: when an act breaks off, it must end all the same. */
    const keep = <T extends AsyncDisposable>(starting: Promise<T>): Promise<T> => {
      running.push(starting);
      return starting;
    };

    return {
      clock,
      seed,
      regulars: VISITORS,
      redisUrl,
      signal,
      say,
      database: openedDatabase,
      async service(name, guide, redis = redisUrl) {
        const order = openedDatabase().then(({ url }) => ({
          name,
          guide: guide.href,
          databaseUrl: url,
          redisUrl: redis,
        }));
        const service = await keep(startService(name, order, signal));
        line.note(`${actName}: ${name} answers at ${service.origin}, look at ${service.origin}/status`);
        return service;
      },
      visitors(services, traffic) {
        live.watch(services);
        const origins = services.map(({ origin }) => origin);
        const order = { origins, traffic, seed, visitors: VISITORS, patienceMs: PATIENCE_MS };
        const onProgress = (samples: readonly (readonly Sample[])[]) => {
          live.add(samples);
          refresh();
        };
        return keep(startLoad(order, { signal, services, onProgress }));
      },
      async [Symbol.asyncDispose]() {
        for (const starting of running.reverse()) await disposed(starting);
      },
    };
  }

  return {
    ...act('atlas'),
    act,
    async [Symbol.asyncDispose]() {
      if (database !== undefined) await disposed(database);
    },
  };
}

async function disposed(starting: Promise<AsyncDisposable>): Promise<void> {
  const started = await starting.catch(() => undefined);
  await started?.[Symbol.asyncDispose]();
}
