import fs from 'node:fs'
import path from 'node:path'
import { beforeAll, describe, expect, test } from '@jest/globals'
import { optionOf } from '../../src/spec/table.js'
import { facts } from '../e2e/facts.js'
import { checkovFindings, frameworks } from '../e2e/judges/checkov.js'
import { vet } from '../e2e/judges/files.js'
import { judges } from '../e2e/judges/index.js'
import { type Judgement, Project } from '../e2e/judges/judgement.js'
import { versionOf } from '../e2e/judges/versions.js'
import { plantedFacts } from '../e2e/planted-facts.js'
import { type Judged, judge, problemsOf, strictTools } from '../e2e/strict.js'
import { filesBelow, workFolder } from '../support/project.js'
import { record } from '../support/proof.js'
import { judgeAnswers, writeFiles } from '../support/render.js'
import { describeWith } from '../support/tools.js'
import { axes } from './axes.js'
import { keysOf, pairsOf, type Row } from './covering.js'
import { answersOf, factors, impossible, members, neutral, rows, subject } from './members.js'
import { answerable, choicesOf } from './specs.js'

describe('the axes', () => {
  const given = Object.values(axes).flatMap((values) => Object.values(values).flatMap(Object.entries))

  test('have every option that can be answered', () => {
    const keys = new Set(given.map(([key]) => key))
    expect(answerable.filter((key) => !keys.has(key))).toEqual([])
  })
  test('have every choice of an option that has choices', () => {
    // A default is what an axis has that says nothing.
    const defaults = answerable.map((key) => `${key}: ${optionOf(key).default}`)
    const answers = new Set([...defaults, ...given.map(([key, value]) => `${key}: ${value}`)])
    const wanted = answerable.flatMap((key) => choicesOf(key).map((choice) => `${key}: ${choice}`))
    expect(wanted.filter((answer) => !answers.has(answer))).toEqual([])
  })
})

describe('the covering set', () => {
  test('holds every pair of values, but for those that no service can have', () => {
    const covered = new Set(rows.flatMap(keysOf))
    const missing = pairsOf(factors).flatMap(keysOf)
    expect(missing.filter((pair) => !covered.has(pair))).toEqual(impossible)
  })
  test('leaves out only pairs that a rule forbids, one that neither value breaks alone', () => {
    const broken = (row: Row) => {
      const judged = judgeAnswers(answersOf({ ...neutral, ...row }))
      return 'findings' in judged ? judged.findings.map(({ code }) => code) : []
    }
    const unfounded = pairsOf(factors)
      .filter((pair) => impossible.includes(keysOf(pair)[0] as string))
      .filter((pair) => {
        const alone = new Set(Object.entries(pair).flatMap(([name, value]) => broken({ [name]: value })))
        return broken(pair).every((code) => alone.has(code))
      })
    expect(unfounded).toEqual([])
  })
})

const needs = ['kustomize', ...strictTools, ...judges.flatMap((linter) => linter.needs), 'checkov']

describeWith([...new Set(needs)], 'files of the covering set', () => {
  const work = workFolder()
  const folderOf = (id: string) => path.join(work, id)
  const projects = Object.fromEntries(members.map(({ id }) => [id, new Project(folderOf(id))]))
  const projectOf = (id: string) => projects[id] as Project
  beforeAll(() => {
    for (const { id, files } of members) {
      writeFiles(folderOf(id), files)
    }
    vet(members.map(({ id }) => folderOf(id)))
  }, 300_000)

  describe('an API server of its version takes every document', () => {
    const found = new Map<string, Judged[]>()
    // One process for each version: reading the definitions takes longer than judging a project.
    beforeAll(() => {
      for (const version of new Set(members.map(({ kubernetes }) => kubernetes))) {
        const list = members.filter(({ kubernetes }) => kubernetes === version)
        const owners = new Map(list.flatMap(({ id }) => manifestsOf(id).map((file) => [file, id] as const)))
        for (const document of judge({ files: [...owners.keys()], cwd: work, kubernetes: version })) {
          const id = owners.get(document.file) ?? ''
          found.set(id, [...(found.get(id) ?? []), document])
        }
      }
    }, 300_000)
    /** The overlays as Kustomize makes them, beside what is not in them. */
    const manifestsOf = (id: string): string[] => {
      const overlays = projectOf(id).overlays.map(({ environment, text }) => {
        const file = `overlay-${environment}-of-${id}.yaml`
        fs.writeFileSync(path.join(work, file), text)
        return file
      })
      const others = filesBelow(folderOf(id), /^deploy\/(argocd|secrets)\/.*\.yaml$/)
      return [...overlays, ...others.map((file) => path.join(id, file))]
    }

    test.each(members)('$id $title', ({ id, kubernetes }) => {
      const judged = (found.get(id) ?? []).filter((document) => kubernetes !== '1.34' || !isLaterWord(document))
      conclude('manifests', 'documents', 'strict', {
        judged: judged.length,
        findings: problemsOf(judged),
        exempted: [],
      })
    })
  })

  describe('no file contradicts another', () => {
    test.each(members)('$id $title', ({ id }) => {
      const found = projectOf(id).overlays.flatMap((overlay) =>
        [...facts, ...plantedFacts].flatMap(({ rule, contradictions }) =>
          contradictions(overlay).map((line) => `${overlay.environment}: ${rule}: ${line}`),
        ),
      )
      expect(found).toEqual([])
    })
  })

  describe.each(judges)('$tool', ({ tool, group, unit, judge: lint }) => {
    test.each(members)('$id $title', ({ id }) => {
      conclude(group, unit, tool, lint(projectOf(id)))
    })
  })

  describe('checkov', () => {
    let found: ReturnType<typeof checkovFindings>
    beforeAll(() => {
      found = checkovFindings(projects)
    }, 300_000)
    test.each(members)('$id $title', ({ id }) => {
      for (const [framework, { group, unit }] of Object.entries(frameworks)) {
        conclude(group, unit, 'checkov', found[id]?.[framework as keyof typeof frameworks] as Judgement)
      }
    })
  })
})

/** Keeps a verdict, then demands that it is clean. */
function conclude(group: string, unit: string, tool: string, { judged, findings, exempted }: Judgement): void {
  record({ group, tool, version: versionOf(tool), subject, judged, unit, findings, exempted })
  expect(findings).toEqual([])
}

/** See test/e2e/manifests.test.ts: 1.34 has no other word for PreferClose that is stable. */
function isLaterWord({ problems }: Judged): boolean {
  return problems.length === 1 && problems[0]?.includes('"PreferClose" is deprecated') === true
}
