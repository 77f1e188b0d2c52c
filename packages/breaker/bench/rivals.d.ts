/** The parts of the rivals that the benches use; the rivals themselves are installed for the benches alone. */
declare module 'cockatiel' {
  export interface IPolicy {
    execute<T>(fn: (context: { readonly signal: AbortSignal }) => T | PromiseLike<T>, signal?: AbortSignal): Promise<T>;
  }
  export interface ICircuitBreaker extends IPolicy {
    readonly state: CircuitState;
  }
  export enum CircuitState {
    Open = 1,
  }
  export class ConstantBackoff {
    constructor(ms: number);
  }
  export const handleAll: unique symbol;
  export enum TimeoutStrategy {
    Aggressive = 'aggressive',
  }
  export class SamplingBreaker {
    constructor(options: { threshold: number; duration: number; minimumRps?: number });
    readonly state: { readonly currentFailures: number };
  }
  export class ConsecutiveBreaker {
    constructor(threshold: number);
  }
  export function retry(policy: typeof handleAll, options: { maxAttempts: number; backoff?: ConstantBackoff }): IPolicy;
  export function circuitBreaker(
    policy: typeof handleAll,
    options: { halfOpenAfter: number; breaker: SamplingBreaker | ConsecutiveBreaker },
  ): ICircuitBreaker;
  export function timeout(ms: number, strategy: TimeoutStrategy): IPolicy;
  export function fallback(policy: typeof handleAll, value: unknown): IPolicy;
  export function bulkhead(limit: number, queue?: number): IPolicy;
  export function wrap(...policies: IPolicy[]): IPolicy;
}

declare module 'opossum' {
  export default class CircuitBreaker<T> {
    constructor(action: (...args: never[]) => Promise<T>, options?: Readonly<Record<string, unknown>>);
    fire(...args: unknown[]): Promise<T>;
    readonly closed: boolean;
    readonly opened: boolean;
    readonly halfOpen: boolean;
    readonly pendingClose: boolean;
    readonly stats: { readonly failures: number };
    getSignal(): AbortSignal;
    open(): void;
    on(event: string, listener: (...args: never[]) => void): this;
    shutdown(): void;
  }
}
