/** A test file is a list of cases: it may go on longer than what it tests. */
const longest = { code: 300, test: 500 };
const emptyWord = /^(utils?|helpers?|common|types|constants|managers?)$|-(utils?|helpers?|managers?)$/;
const kebab = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/**
 * A name that fits everything says nothing, and a file that does not fit two screens is two files.
 * @type {import('./source-files.mjs').Rule}
 */
export function namesRule({ path, text, test }) {
  const faults = [];
  for (const part of path.split('/').map((segment) => segment.split('.')[0] ?? '')) {
    if (vague(part)) faults.push(`${path}:1: '${part}' names no idea: call it after what it does`);
    else if (!kebab.test(part)) faults.push(`${path}:1: '${part}' is not kebab-case`);
  }
  const lines = text.split('\n').length - 1;
  const limit = test ? longest.test : longest.code;
  if (lines > limit) faults.push(`${path}:${lines}: ${lines} lines: past ${limit} it is two files`);
  return faults;
}

/**
 * Whether a name could stand on anything.
 * @param {string} name
 */
export function vague(name) {
  return emptyWord.test(name);
}
