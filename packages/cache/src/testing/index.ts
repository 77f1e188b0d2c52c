export { chaosCoherence } from './chaos-coherence.ts';
export type { ChaosPlan } from './chaos-plan.ts';
export { chaosTier } from './chaos-tier.ts';
export { type CoherenceCase, type CoherenceFixture, coherenceContract } from './coherence-contract.ts';
export { type HitRate, type ReplayOptions, replay } from './replay.ts';
export { type MovableClock, type Simulation, type SimulationOptions, simulateNodes } from './simulate-nodes.ts';
export type { SimulatedStep } from './simulated-step.ts';
export type { TierCase, TierFixture } from './tier-contract/tier-case.ts';
export { tierContract } from './tier-contract.ts';
