// The house, as rules: bindings > features > adapters > core. Arrows only point down.
const { readdirSync } = require('node:fs');

const adapters = ['redis', 'codec'];
const bindings = ['express', 'fastify', 'nest'];
const features = readdirSync(`${__dirname}/packages`).filter(
  (name) => !['core', ...adapters, ...bindings].includes(name),
);

const anyOf = (names) => `(?:${names.join('|')})`;
const inPackages = (names) => `^packages/(${anyOf(names.length > 0 ? names : ['none-yet'])})/`;

// A dependency that is not resolved to a source still carries the name it was asked by.
const packageOrName = (names) => `(^packages|^@xc)/${anyOf(names.length > 0 ? names : ['none-yet'])}(/|$)`;

/** Tests, benches and type tests of a package; what ships is everything else. */
const notShipped = '^packages/[^/]+/(test|bench)/|[.](test|test-d)[.]ts$|tsup[.]config[.]ts$';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'core-stands-alone',
      comment: 'core is what everybody shares: it imports no other package of the house',
      severity: 'error',
      from: { path: '^packages/core/' },
      to: { path: packageOrName([...adapters, ...features, ...bindings]) },
    },
    {
      name: 'core-has-no-dependencies',
      comment: 'what core ships imports nothing but node:',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: notShipped },
      to: { dependencyTypesNot: ['local', 'core', 'aliased', 'type-only'], pathNot: '^packages/core/' },
    },
    {
      name: 'adapters-import-core-only',
      comment: 'redis and codec know their library and core',
      severity: 'error',
      from: { path: inPackages(adapters) },
      to: { path: packageOrName([...adapters, ...features, ...bindings]), pathNot: '^packages/$1/' },
    },
    {
      name: 'no-feature-imports-a-feature',
      comment: 'two features meet in the interfaces of core; the application wires them together',
      severity: 'error',
      from: { path: inPackages(features) },
      to: { path: packageOrName([...features, ...bindings]), pathNot: '^packages/$1/' },
    },
    {
      name: 'only-redis-folders-know-redis',
      comment: 'a feature runs without a server: only its ./redis subpath imports @xc/redis',
      severity: 'error',
      from: { path: inPackages(features), pathNot: `^packages/[^/]+/src/redis/|${notShipped}` },
      to: { path: packageOrName(['redis']) },
    },
    {
      name: 'features-take-a-codec',
      comment: 'a feature takes any Codec of core; which one is the application’s choice',
      severity: 'error',
      from: { path: inPackages(features), pathNot: notShipped },
      to: { path: packageOrName(['codec']) },
    },
    {
      name: 'nothing-imports-upward',
      comment: 'packages know neither examples nor docs nor scripts',
      severity: 'error',
      from: { path: '^packages/', pathNot: notShipped },
      to: { path: '^(examples|docs|scripts|bench|deploy)/' },
    },
    {
      name: 'test-support-is-for-tests',
      comment: 'what starts servers is never part of what ships',
      severity: 'error',
      from: { path: '^packages/', pathNot: notShipped },
      to: { path: '^test-support/|^@xc/test-support' },
    },
    {
      name: 'source-does-not-import-tests',
      comment: 'what ships imports nothing that does not',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: notShipped },
      to: { path: notShipped },
    },
    {
      name: 'no-cycle',
      comment: 'a cycle makes load order matter',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'nothing-imports-its-own-index',
      comment: 'the index is for users; inside, import the file that has it',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/', pathNot: notShipped },
      to: { path: ['^packages/$1/src/index[.]ts$', '^packages/$1/src/.+/index[.]ts$'], dependencyTypesNot: ['export'] },
    },
    {
      name: 'no-undeclared-dependency',
      comment:
        'what is imported stands in the package.json of the package that imports it; rivals of a bench in that of bench',
      severity: 'error',
      from: { path: '^(packages|test-support|examples)/', pathNot: '^packages/[^/]+/bench/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'], couldNotResolve: true },
    },
    {
      name: 'no-development-dependency-shipped',
      comment: 'a user does not have our devDependencies; a third party that a subpath is for is a peer',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/', pathNot: notShipped },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm', 'npm-peer', 'npm-optional', 'type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(packages|examples)/[^/]+/dist/' },
    moduleSystems: ['es6', 'cjs'],
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@xc/source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.mts', '.mjs', '.js', '.cjs', '.json', '.lua'],
      mainFields: ['module', 'main', 'types'],
    },
  },
};
