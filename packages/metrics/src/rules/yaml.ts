/** Data that a YAML file of rules consists of. */
export type YamlData = string | number | readonly YamlData[] | { readonly [key: string]: YamlData | undefined };

/** Words: without digits and signs there is nothing that a reader of YAML, of any version, could take for a number. */
const plain = /^[A-Za-z_]+(?:[ -][A-Za-z_]+)*$/;
const readOtherwise = /^(?:true|false|yes|no|on|off|y|n|null|nan|inf)$/i;

/** Writes data as YAML, block style. Every string that could be read otherwise is quoted. */
export function toYaml(data: YamlData): string {
  return `${block(data, 0)}\n`;
}

function block(data: YamlData, depth: number): string {
  if (typeof data !== 'object') return scalar(data);
  const indent = '  '.repeat(depth);
  if (isList(data)) {
    if (data.length === 0) return '[]';
    return data.map((item) => `${indent}- ${block(item, depth + 1).trimStart()}`).join('\n');
  }
  const members = Object.entries(data).filter((member): member is [string, YamlData] => member[1] !== undefined);
  if (members.length === 0) return '{}';
  return members.map(([key, value]) => `${indent}${scalar(key)}:${member(value, depth)}`).join('\n');
}

/** What stands after a colon: a scalar or nothing at all on the same line, everything else below it. */
function member(value: YamlData, depth: number): string {
  const text = block(value, depth + 1);
  const inline = typeof value !== 'object' || text === '[]' || text === '{}';
  return inline ? ` ${text}` : `\n${text}`;
}

/** Beyond JSON: where YAML breaks lines, the mark of byte order, and what YAML 1.2 (5.1) does not count as printable. */
const escaped = /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g;

/** JSON's strings are YAML's double-quoted ones, but for some signs; half a pair of surrogates is text to neither. */
function scalar(value: string | number): string {
  if (typeof value === 'number') return `${value}`;
  if (plain.test(value) && !readOtherwise.test(value)) return value;
  return JSON.stringify(value.replace(/\p{Surrogate}/gu, '\ufffd')).replace(
    escaped,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isList(data: YamlData): data is readonly YamlData[] {
  return Array.isArray(data);
}
