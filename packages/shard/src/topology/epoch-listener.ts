import { shown } from '../keys/shown.ts';
import { tell } from '../telemetry/tell.ts';

/** Who is told of epochs, and harms by its failures neither the store nor others who are told. @throws TypeError for no function. */
export function epochListener(changed: (epoch: number) => void): (epoch: number) => void {
  if (typeof changed !== 'function') throw new TypeError(`changed must be a function, got ${shown(changed)}`);
  return (epoch) => tell(() => changed(epoch));
}
