import type { Manifest } from '../../support/manifests.js'

/** Times that a live test goes faster than a cluster: two minutes of the rules are a second of the test. */
export const factor = 120

const minutes: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, h: 60, d: 1440 }

/** A duration of a rule, so many times shorter. */
function compressed(duration: string): string {
  const [, amount, unit = ''] = /^(\d+)([smhd])$/.exec(duration) ?? []
  return `${Math.round((Number(amount) * (minutes[unit] ?? Number.NaN) * 60_000) / factor)}ms`
}

/** Groups of rules whose windows, offsets and `for` are shorter; names, thresholds and labels are as they were. */
export function compressedGroups(groups: readonly Manifest[]): Manifest[] {
  return groups.map((group) => ({
    ...group,
    rules: group.rules.map((rule: Manifest) => ({
      ...rule,
      expr: rule.expr.replace(/\[(\d+[smhd])\]|\boffset (\d+[smhd])/g, (_: string, window: string, offset: string) =>
        window === undefined ? `offset ${compressed(offset)}` : `[${compressed(window)}]`,
      ),
      ...(rule.for === undefined ? {} : { for: compressed(rule.for) }),
    })),
  }))
}
