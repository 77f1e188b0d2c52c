import { Session } from 'node:inspector/promises';
import { ProfileFailedError } from './profile-errors.ts';

/** Commands of the inspector, by name. Their answers are of the protocol's making. */
export type Inspect = (command: string, parameters?: object) => Promise<Readonly<Record<string, unknown>>>;

/** Hears an event of the inspector, by name. */
export type Listen = (event: string, heard: (parameters: unknown) => void) => void;

/**
 * Opens a session with the inspector for the length of `fn`, which is called at once, and closes it whatever happens.
 *
 * @throws XC_METRICS_PROFILE_FAILED when the inspector refuses; what `fn` throws besides.
 */
export async function withInspector<T>(fn: (inspect: Inspect, listen: Listen) => Promise<T>): Promise<T> {
  const session = new Session();
  try {
    connect(session);
    const listen: Listen = (event, heard) => session.on(event, ({ params }: { params: unknown }) => heard(params));
    return await fn((command, parameters) => refused(() => post(session, command, parameters)), listen);
  } finally {
    session.disconnect();
  }
}

function connect(session: Session): void {
  try {
    session.connect();
  } catch (error) {
    throw new ProfileFailedError(error);
  }
}

/** Its declaration lists the commands one by one; which there are is for the inspector to say. */
function post(
  session: Session,
  command: string,
  parameters: object | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const send = session.post.bind(session) as unknown as (
    command: string,
    parameters?: object,
  ) => Promise<Readonly<Record<string, unknown>>>;
  return send(command, parameters);
}

async function refused<T>(fn: () => Promise<T>): Promise<T> {
  try {
    return await fn();
  } catch (error) {
    throw new ProfileFailedError(error);
  }
}
