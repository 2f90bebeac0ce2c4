// @ts-check

/**
 * On other people's machines.
 *
 * @type {import('../known-faults-table.mjs').KnownFault[]}
 */
export const machines = [
  {
    id: 'H25',
    what: 'with core.autocrlf every file has Windows line ends, and neither scripts nor the entry point start',
    file: 'templates/base/dot-gitattributes.hbs',
    from: '* text=auto eol=lf\n*.sh text eol=lf',
    to: '* text=auto',
    test: ['test/e2e/checkouts.test.ts'],
    pattern: 'core.autocrlf=true',
  },
  {
    id: 'H25',
    what: 'a pattern of .gitignore swallows sources below vendor',
    file: 'templates/base/dot-gitignore.hbs',
    from: '/coverage.out',
    to: 'coverage.*',
    test: ['test/e2e/checkouts.test.ts'],
    pattern: 'git takes every source',
  },
  {
    id: 'H25',
    what: 'a service named testdata is neither tested nor in its image',
    file: 'src/spec/conflicts-names.ts',
    from: "['testdata', 'vendor']",
    to: "['vendor']",
    test: ['test/unit/spec/conflicts.test.ts'],
    pattern: 'name-left-out-by-go',
  },
  {
    id: 'H25',
    what: 'a service named con can not be checked out on Windows',
    file: 'src/spec/conflicts-names.ts',
    from: 'windowsDevice.test(spec.name as string)',
    to: 'false',
    test: ['test/unit/spec/conflicts.test.ts'],
    pattern: 'name-of-windows',
  },
  {
    id: 'H26',
    what: 'in a folder of a repository the paths of Argo CD start from the wrong place',
    file: 'src/cli/repository.ts',
    from: "new Map(below.length === 0 ? [] : [['delivery.path', below.join('/')]])",
    to: 'new Map()',
    test: ['test/e2e/subfolders.test.ts'],
    pattern: 'where GitHub looks|Argo CD is pointed at',
  },
  {
    id: 'H26',
    what: 'a workflow runs in the root of the repository and not in the folder of its service',
    file: 'templates/features/github/dot-github/workflows/ci.yaml.hbs',
    from: '  run:\n    working-directory: {{pipeline.folder}}',
    to: '  run:\n    shell: bash',
    test: ['test/e2e/subfolders.test.ts'],
    pattern: 'each runs in its folder',
  },
  {
    id: 'H27',
    what: 'zsh takes the question mark of an address that stands unquoted for a pattern',
    file: 'templates/base/README.md.hbs',
    from: "curl 'http://localhost:{{ports.admin}}{{probes.readiness.path}}?verbose'",
    to: 'curl http://localhost:{{ports.admin}}{{probes.readiness.path}}?verbose',
    test: ['test/cli/placeholders.test.ts'],
    pattern: 'no address with a question mark',
  },
  {
    id: 'H27',
    what: 'an example of an address stands as if it were real, and no list says so',
    file: 'src/spec/placeholders.ts',
    from: '(com|net|org)',
    to: '(net|org)',
    test: ['test/cli/placeholders.test.ts'],
    pattern: 'what is still to be set',
  },
  {
    id: 'H27',
    what: 'module and image are examples although the repository has a remote',
    file: 'src/cli/repository.ts',
    from: 'remote "origin"',
    to: 'remote "upstream"',
    test: ['test/cli/placeholders.test.ts'],
    pattern: 'guessed from the remote',
  },
]
