export { budgetContract } from './budget-contract.ts';
export type { ContractCase } from './contract-case.ts';
export { limitContract } from './limit-contract.ts';
export { type PolicyFixture, policyContract } from './policy-contract.ts';
export { type ScriptedTask, type ScriptedTaskOptions, scriptedTask } from './scripted-task.ts';
