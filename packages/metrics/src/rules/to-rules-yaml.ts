import type { RuleGroup } from './rule-group.ts';
import { toYaml } from './yaml.ts';

/**
 * The rules as a file that Prometheus and promtool read. Every string that YAML could read otherwise is quoted, so that
 * templates (`{{ $value }}`) and line ends survive.
 */
export function toRulesYaml(groups: readonly RuleGroup[]): string {
  return toYaml({
    groups: groups.map(({ name, interval, rules }) => ({ name, interval, rules: rules.map((rule) => ({ ...rule })) })),
  });
}
