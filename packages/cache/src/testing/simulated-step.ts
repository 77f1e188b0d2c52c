/** One step of a simulation. Nodes and keys are numbers; reads, and writes with their invalidation, go on while later steps run. */
export type SimulatedStep =
  | { readonly kind: 'read'; readonly node: number; readonly key: number; readonly loadMs: number }
  | { readonly kind: 'many'; readonly node: number; readonly loadMs: number }
  | { readonly kind: 'look'; readonly node: number; readonly key: number }
  | {
      readonly kind: 'write';
      readonly node: number;
      readonly key: number;
      readonly by: 'key' | 'tag' | 'prefix' | 'all';
    }
  | { readonly kind: 'set'; readonly node: number; readonly key: number }
  | { readonly kind: 'expire'; readonly node: number; readonly key: number }
  | { readonly kind: 'touch'; readonly node: number; readonly key: number }
  | { readonly kind: 'pass'; readonly ms: number }
  | { readonly kind: 'cut'; readonly node: number }
  | { readonly kind: 'mend'; readonly node: number }
  | { readonly kind: 'tier'; readonly trouble: 'none' | 'failing' | 'silent' }
  | { readonly kind: 'loader'; readonly fails: boolean }
  | { readonly kind: 'crash'; readonly node: number };
