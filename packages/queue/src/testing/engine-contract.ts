import { addingCases } from './contract/adding-cases.ts';
import { deadCases } from './contract/dead-cases.ts';
import type { EngineCase } from './contract/engine-case.ts';
import { flowCases } from './contract/flow-cases.ts';
import { flowReportCases } from './contract/flow-report-cases.ts';
import { keyCases } from './contract/key-cases.ts';
import { laneCases } from './contract/lane-cases.ts';
import { leaseCases } from './contract/lease-cases.ts';
import { limitCases } from './contract/limit-cases.ts';
import { readingCases } from './contract/reading-cases.ts';
import { scheduleCases } from './contract/schedule-cases.ts';
import { settleCases } from './contract/settle-cases.ts';
import { tableCases } from './contract/table-cases.ts';
import { timeCases } from './contract/time-cases.ts';
import { uniqueCases } from './contract/unique-cases.ts';
import { wakeCases } from './contract/wake-cases.ts';

/** What every engine promises, case by case, for any test runner or none. */
export const engineContract: readonly EngineCase[] = Object.freeze([
  ...addingCases,
  ...uniqueCases,
  ...laneCases,
  ...keyCases,
  ...limitCases,
  ...wakeCases,
  ...timeCases,
  ...leaseCases,
  ...settleCases,
  ...flowCases,
  ...flowReportCases,
  ...scheduleCases,
  ...deadCases,
  ...readingCases,
  ...tableCases,
]);
