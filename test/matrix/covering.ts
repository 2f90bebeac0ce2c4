/** Values that each factor can take; the first of each is neutral: it goes with every other value. */
export type Factors = Readonly<Record<string, readonly string[]>>
export type Row = Readonly<Record<string, string>>

/** One value each of two factors. */
type Pair = readonly [string, string, string, string]

/**
 * Rows in which every pair of values of two different factors occurs, unless no row with it is valid. Greedy and
 * deterministic: each row starts from the first pair that is left, then every other factor takes the value that covers
 * most of what is left.
 */
export function coveringRows(factors: Factors, isValid: (row: Row) => boolean): { rows: Row[]; impossible: Pair[] } {
  const names = Object.keys(factors)
  const neutral: Row = Object.fromEntries(names.map((name) => [name, factors[name]?.[0] ?? '']))
  const open = new Map(pairsOf(factors).map((pair) => [pair.join(), pair]))
  const rows: Row[] = []
  const impossible: Pair[] = []
  for (const pair of open.values()) {
    const [a, x, b, y] = pair
    const start = firstValid({ ...neutral, [a]: x, [b]: y }, factors, [a, b], isValid)
    if (start === undefined) {
      impossible.push(pair)
      open.delete(pair.join())
      continue
    }
    let row = start
    const fixed = new Set([a, b])
    for (const name of names.filter((other) => !fixed.has(other))) {
      const choices = (factors[name] ?? []).map((value) => ({ ...row, [name]: value })).filter(isValid)
      fixed.add(name)
      row = best(choices, (choice) => gain(choice, name, fixed, open)) ?? row
    }
    rows.push(row)
    for (const key of keysOf(row)) {
      open.delete(key)
    }
  }
  return { rows, impossible }
}

/** Every pair that a row holds, as text. */
export function keysOf(row: Row): string[] {
  const names = Object.keys(row)
  return names.flatMap((a, at) => names.slice(at + 1).map((b) => [a, row[a], b, row[b]].join()))
}

function pairsOf(factors: Factors): Pair[] {
  const names = Object.keys(factors)
  return names.flatMap((a, at) =>
    names
      .slice(at + 1)
      .flatMap((b) => (factors[a] ?? []).flatMap((x) => (factors[b] ?? []).map((y) => [a, x, b, y] as const))),
  )
}

/** The row, or the row with one other factor changed, whichever is valid first. */
function firstValid(
  row: Row,
  factors: Factors,
  fixed: readonly string[],
  isValid: (row: Row) => boolean,
): Row | undefined {
  const changed = Object.keys(factors)
    .filter((name) => !fixed.includes(name))
    .flatMap((name) => (factors[name] ?? []).map((value) => ({ ...row, [name]: value })))
  return [row, ...changed].find(isValid)
}

function gain(row: Row, name: string, fixed: ReadonlySet<string>, open: ReadonlyMap<string, Pair>): number {
  const part = Object.fromEntries(Object.entries(row).filter(([other]) => fixed.has(other)))
  return keysOf(part).filter((key) => open.has(key) && key.split(',').includes(name)).length
}

function best<T>(choices: readonly T[], worth: (choice: T) => number): T | undefined {
  const worths = choices.map(worth)
  return choices[worths.indexOf(Math.max(...worths))]
}
