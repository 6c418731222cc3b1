/** The layer rules: who may import whom, type-only imports too. */
const inside = (name, allowed) => ({
  name,
  severity: 'error',
  from: { path: `^${name}/` },
  to: {
    path: '^(bin|commands|src|state|test)/',
    pathNot: [`^${name}/`, ...allowed.map((a) => `^${a}/`)],
  },
});

module.exports = {
  forbidden: [
    inside('src/base', []),
    inside('src/packet', ['src/base']),
    inside('src/kernel', ['src/packet', 'src/base']),
    inside('src/xtables', ['src/kernel', 'src/packet', 'src/base']),
    inside('src/nft', ['src/xtables', 'src/kernel', 'src/packet', 'src/base']),
    inside('src/lab', ['src/nft', 'src/xtables', 'src/kernel', 'src/packet', 'src/base']),
    { ...inside('commands', ['src']), from: { path: '^commands/', pathNot: '\\.test\\.ts$' } },
    {
      ...inside('state', ['src/base', 'src/kernel']),
      from: { path: '^state/', pathNot: '\\.test\\.ts$' },
    },
    {
      name: 'no-machine-below-bin',
      severity: 'error',
      comment: 'src and commands see files, time, terminals and processes only as ports.',
      from: { path: '^(src|commands)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'no-package-in-core',
      severity: 'error',
      comment: 'Nothing under src imports a package, but for the packet-word reader.',
      from: { path: '^src/(base|kernel|xtables|nft)/', pathNot: '\\.test\\.ts$' },
      to: { dependencyTypes: ['npm', 'npm-dev'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^dist/' },
  },
};
