/** The first program of that name in `PATH`, else undefined. */
export function findInPath(program: string, env?: NodeJS.ProcessEnv): string | undefined;

/** Whether it is a file that may be run. */
export function isProgram(path: string): boolean;
