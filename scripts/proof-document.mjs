// @ts-check
// docs/proof.md as text: a pure function of what a run of all tests has found.

/**
 * @typedef {import('../test/support/proof.js').Verdict} Verdict
 * @typedef {{ within: string[], title: string, status: string }} Test
 * @typedef {{ file: string, seconds: number, tests: Test[] }} TestFile
 * @typedef {{ verdicts: Verdict[], files: TestFile[] }} Run
 */

/** Groups of verdicts in the order of the document, each with its heading. */
const groups = [
  ['manifests', 'Manifests', 'Every overlay as Kustomize renders it, with the files of Argo CD.'],
  ['yaml', 'YAML', 'Every YAML file of a project as it lies on the disk.'],
  ['containers', 'Dockerfiles and images', ''],
  ['workflows', 'Pipelines', ''],
  ['scripts', 'Scripts', ''],
  ['documents', 'Documents', 'The pictures in Markdown files, read by what draws them.'],
  ['go', 'Go', ''],
  ['monitoring', 'Monitoring', ''],
  [
    'dependencies',
    'Dependencies that fail',
    'The binary of a generated project and real servers on loopback, each put through these events under requests. A finding is an acknowledged write that was lost, a request that failed beyond those that the dead server had to fail, an event that logs, metrics or readiness did not show.',
  ],
  ['random specs', 'Random specs', 'Whole sets of answers by chance, another seed in every run.'],
]

/** Test files whose titles are claims about behaviour, and what stands behind them. */
const behaviours = [
  [
    'test/e2e/cluster/',
    'On a real control plane',
    'etcd, kube-apiserver, kube-controller-manager, kube-scheduler, metrics-server, kubectl; KWOK plays the kubelets, so no image runs there.',
  ],
  [
    'test/e2e/containers',
    'In containers',
    'Images built by buildah from the generated Dockerfile. The bases are stand-ins made on the machine, each with the name that FROM states: real bases come from registries that this proof does without.',
  ],
  ['test/e2e/service', 'The running program', 'The binary of a generated project, on loopback.'],
  ['test/e2e/fire', 'Under fire', 'The same binary against slow, broken and greedy clients, and without resources.'],
  [
    'test/e2e/dependencies',
    'Dependencies that fail',
    'Real servers on loopback, killed, hung, filled and rotated; a double of the wire where a title says so.',
  ],
  ['test/e2e/entrypoint', 'The entrypoint script', 'Under the shells of the images that have one.'],
  ['test/e2e/go', 'Go sources', 'gofmt, go mod tidy -diff, go build, go vet, golangci-lint, go test -race.'],
  ['test/e2e/strict', 'The judge of manifests itself', 'A judge that nothing can make complain proves nothing.'],
  [
    'test/e2e/linters-bites',
    'Each linter complains when it should',
    'A mistake planted in its subject, through the same code as above.',
  ],
  [
    'test/e2e/facts',
    'Each rule across files is broken once',
    'One file of the output changed by hand, and the rule must be named.',
  ],
]

/** The whole document. @param {Run} run @returns {string} */
export function compose({ verdicts, files }) {
  const counted = files.flatMap(({ tests }) => tests)
  const failed = counted.filter(({ status }) => status === 'failed')
  const parts = [
    '# Proof',
    'What real tools found in generated projects. Written by `npm run proof` for each release; CI composes it on every change, keeps it as an artefact, and fails on findings and on a judge that judged nothing. Subjects are the committed [examples](../examples), regenerated; the *covering set*, in which every pair of values of two options occurs; and *variants*, which hold what one judge alone reads.',
    failed.length === 0 ? 'Every test passed.' : `**${failed.length} tests failed.**`,
    '## Judges',
    'A cell is what was judged. Findings are listed below the tables; a cell without a mark has none.',
    ...groups.flatMap(([id, title, text]) => groupPart(id ?? '', title ?? '', text ?? '', verdicts)),
    ...findingsPart(verdicts),
    ...exemptionsPart(verdicts),
    ...plantedPart(verdicts),
    ...peersPart(verdicts),
    '## Behaviour',
    'Each line is a test of that name, which passed unless it is marked.',
    ...behaviours.flatMap(([start, title, text]) => behaviourPart(start ?? '', title ?? '', text ?? '', files)),
    '## Times',
    'Of one run on two cores, in seconds; the first run also compiles what the tests use.',
    table(
      ['Tests', 'Seconds'],
      [...files].sort(by(({ file }) => file)).map(({ file, seconds }) => [`\`${file}\``, `${seconds}`]),
    ),
  ]
  return `${parts.join('\n\n')}\n`
}

/**
 * What a run must not have, one line each: findings, planted mistakes that nobody noticed, a judge that was asked about
 * nothing, a group without a judge. How much was judged is nobody's business here: it changes with every option.
 *
 * @param {Run} run @returns {string[]}
 */
export function problemsOf({ verdicts }) {
  const judging = verdicts.filter(({ group }) => group !== 'peers')
  const found = judging.flatMap(({ tool, subject, findings }) =>
    findings.map((finding) => `${tool}, ${subject}: ${finding}`),
  )
  const judges = sorted(judging.map(({ tool, unit }) => `${tool}, ${unit}`))
  const idle = judges.filter((judge) =>
    judging.every(({ tool, unit, judged }) => `${tool}, ${unit}` !== judge || judged === 0),
  )
  const empty = groups.flatMap(([id, title]) => (verdicts.some(({ group }) => group === id) ? [] : [title]))
  return [
    ...sorted(found),
    ...idle.map((judge) => `${judge}: judged nothing`),
    ...empty.map((title) => `${title}: no judge was there`),
  ]
}

/** A table of tools by subjects. @param {string} group @param {string} title @param {string} text @param {Verdict[]} all */
function groupPart(group, title, text, all) {
  const verdicts = all.filter((verdict) => verdict.group === group)
  if (verdicts.length === 0) {
    return []
  }
  const subjects = sorted(verdicts.map(({ subject }) => subject))
  const judges = sorted(verdicts.map(({ tool, version, unit }) => [tool, version, unit].join('\t')))
  const cellFor = (/** @type {string} */ judge, /** @type {string} */ subject) =>
    cellOf(verdicts.filter((one) => [one.tool, one.version, one.unit].join('\t') === judge && one.subject === subject))
  const heading = [`### ${title}`, ...(text === '' ? [] : [text])]
  // Many subjects make a long table rather than a wide one.
  if (subjects.length > 8) {
    const head = ['', ...judges.map((judge) => judge.replace('\t', ' ').replace('\t', ', '))]
    return [
      ...heading,
      table(
        head,
        subjects.map((subject) => [subject, ...judges.map((judge) => cellFor(judge, subject))]),
      ),
    ]
  }
  const rows = judges.map((judge) => [...judge.split('\t'), ...subjects.map((subject) => cellFor(judge, subject))])
  return [...heading, table(['Tool', 'Version', 'Judged', ...subjects], rows)]
}

/** @param {Verdict[]} verdicts */
function cellOf(verdicts) {
  if (verdicts.length === 0) {
    return ''
  }
  const judged = verdicts.reduce((sum, verdict) => sum + verdict.judged, 0)
  const found = verdicts.reduce((sum, { findings }) => sum + findings.length, 0)
  return found === 0 ? `${judged}` : `${judged}, **${found} findings**`
}

/** @param {Verdict[]} verdicts */
function findingsPart(verdicts) {
  const listed = groups.map(([id]) => id)
  const lines = verdicts
    .filter(({ group }) => listed.includes(group))
    .flatMap(({ tool, subject, findings }) => findings.map((finding) => `- ${tool}, ${subject}: ${code(finding)}`))
  return ['### Findings', lines.length === 0 ? 'None.' : sorted(lines).join('\n')]
}

/** @param {Verdict[]} verdicts */
function exemptionsPart(verdicts) {
  const ids = sorted(verdicts.flatMap(({ exempted = [] }) => exempted))
  return [
    '### Exemptions',
    'Checks whose finding is wrong here, each settled in [decisions](decisions) and held by a test to the objects that it is for (`test/e2e/exemptions.ts`). Nothing else is exempt, and one that nothing needs any more fails a test.',
    ids.map((id) => `- ${id}`).join('\n') || 'None.',
  ]
}

/** @param {Verdict[]} all */
function plantedPart(all) {
  const verdicts = all.filter(({ group }) => group === 'planted mistakes')
  if (verdicts.length === 0) {
    return []
  }
  const rows = [...verdicts]
    .sort(by(({ subject }) => subject))
    .map(({ subject, judged, tool, findings }) => [subject, `${judged}`, `${findings.length}`, tool])
  return [
    '## Planted mistakes',
    'One mistake at a time in a sound project, at every place where it can be made; every one must be caught.',
    table(['Mistake', 'Planted', 'Missed', 'Caught by'], rows),
  ]
}

/** @param {Verdict[]} all */
function peersPart(all) {
  const verdicts = all.filter(({ group }) => group === 'peers')
  if (verdicts.length === 0) {
    return []
  }
  const generators = sorted(verdicts.map(({ subject }) => subject))
  const rows = sorted(verdicts.map(({ tool }) => tool)).map((tool) => [
    tool,
    ...generators.map((subject) => {
      const own = verdicts.filter((verdict) => verdict.subject === subject && verdict.tool === tool)
      return own.length === 0 ? '' : `${own.reduce((sum, { findings }) => sum + findings.length, 0)}`
    }),
  ])
  return [
    '## Peers',
    'The manifests that other generators make for an HTTP service with their defaults, before the same judges, with the same exemptions: number of findings. `test/e2e/peers.test.ts` tells how each was run.',
    table(['Judge', ...generators], rows),
  ]
}

/** @param {string} start @param {string} title @param {string} text @param {TestFile[]} files */
function behaviourPart(start, title, text, files) {
  const tests = [...files]
    .filter(({ file }) => file.startsWith(start))
    .sort(by(({ file }) => file))
    .flatMap((file) => file.tests)
  if (tests.length === 0) {
    return []
  }
  /** Heads by what stands below them: what holds for several is said once. @type {Map<string, string[]>} */
  const heads = new Map()
  for (const head of new Set(tests.map(({ within }) => within.join(': ')))) {
    const own = tests.filter(({ within }) => within.join(': ') === head)
    const list = claims(own).join('\n')
    heads.set(list, [...(heads.get(list) ?? []), head])
  }
  return [`### ${title}`, text, ...[...heads].flatMap(([list, names]) => [`${names.map(plain).join('; ')}:`, list])]
}

/** Tests as list items; `subject: claim` of several subjects become one item. @param {Test[]} tests */
function claims(tests) {
  const marks = new Map([
    ['passed', ''],
    ['failed', '**failed:** '],
  ])
  /** @type {Map<string, string[]>} */
  const subjects = new Map()
  for (const { title, status } of tests) {
    const [, subject = '', claim = title] = /^([\w. -]{1,40}): (.+)$/.exec(title) ?? []
    const key = `${marks.get(status) ?? '**skipped:** '}${claim}`
    subjects.set(key, [...(subjects.get(key) ?? []), subject])
  }
  return [...subjects].map(([claim, names]) => {
    const given = names.filter((name) => name !== '')
    if (given.length < 2) {
      return `- ${plain([...given, claim].join(': '))}`
    }
    return `- ${plain(claim)} (${given.map(plain).join(', ')})`
  })
}

/** @param {string[]} head @param {string[][]} rows */
function table(head, rows) {
  const line = (/** @type {string[]} */ cells) => `| ${cells.map((cell) => plain(cell)).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

/** Text that stays one cell or one item. @param {string} text */
function plain(text) {
  return text.replace(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

/** @param {string} text */
function code(text) {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.includes('`') ? `\`\` ${line} \`\`` : `\`${line}\``
}

/** Each once, in the order of their code units. @param {string[]} items */
function sorted(items) {
  return [...new Set(items)].sort()
}

/** @template T @param {(item: T) => string} key @returns {(a: T, b: T) => number} */
function by(key) {
  return (a, b) => (key(a) < key(b) ? -1 : Number(key(a) > key(b)))
}
