import { type MonitoringScript, runMonitoringScript } from './monitoring-script.ts';
import { type MakePool, type OrderScript, runOrderScript } from './order-script.ts';

/**
 * Runs a scenario that is given as data: steps with the order in which borrowers are served, or operations of threads with the
 * events that must be seen (the form of the connection monitoring and pooling tests of database drivers).
 *
 * @param make - Makes the pool; the options hold a clock that the script moves, and the listener that it needs. The factory is
 * the maker's.
 * @throws AssertionError when something else came out.
 */
export function runPoolScript(script: OrderScript | MonitoringScript, make: MakePool): Promise<void> {
  return 'steps' in script ? runOrderScript(script, make) : runMonitoringScript(script, make);
}
