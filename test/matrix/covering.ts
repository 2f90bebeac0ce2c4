/** Values that each factor can take; the first of each is neutral: it goes with every other value. */
export type Factors = Readonly<Record<string, readonly string[]>>
export type Row = Readonly<Record<string, string>>

/**
 * Valid rows in which every pair of values of two different factors occurs, but for the pairs that are impossible: beside
 * neutral values and beside any one other. The same for the same factors.
 *
 * Row by row, each as full of pairs that no row has yet as its values allow (the greedy way of AETG). Libraries for
 * covering arrays judge a row when it is there, and never come back to the other pairs of one that was turned down: over
 * these factors covertable left 900 pairs out, and with rows for those needed half as many again as this does.
 */
export function coveringRows(
  factors: Factors,
  isValid: (row: Row) => boolean,
): { rows: readonly Row[]; impossible: readonly string[] } {
  const neutral: Row = Object.fromEntries(Object.entries(factors).map(([name, [first = '']]) => [name, first]))
  const impossible: string[] = []
  const possible: Row[] = []
  // A pair that can't be alone may be made possible by a third value, which then goes with it wherever it stands alone.
  const homes = new Map<string, Row>()
  for (const pair of pairsOf(factors)) {
    const home = homeOf(pair, neutral, factors, isValid)
    if (home === undefined) {
      impossible.push(keyOf(pair))
    } else {
      possible.push(pair)
      homes.set(keyOf(pair), home)
    }
  }
  const open = new Map(possible.map((pair) => [keyOf(pair), pair]))
  const rows: Row[] = []
  while (open.size > 0) {
    const [first] = open.values()
    const full = gathered([...open.values()], neutral, isValid)
    // A value may need another one that is in no open pair any more: then the pair stands alone.
    const row = keysOf(full).some((key) => open.has(key)) ? full : (homes.get(keyOf(first as Row)) ?? neutral)
    rows.push(row)
    for (const key of keysOf(row)) {
      open.delete(key)
    }
  }
  return { rows, impossible }
}

/** A valid row that holds a pair: beside neutral values, or beside one other value at most; undefined without any. */
function homeOf(pair: Row, neutral: Row, factors: Factors, isValid: (row: Row) => boolean): Row | undefined {
  const alone = { ...neutral, ...pair }
  if (isValid(alone)) {
    return alone
  }
  const others = Object.entries(factors).filter(([name]) => pair[name] === undefined)
  return others
    .flatMap(([name, values]) => values.slice(1).map((value) => ({ ...alone, [name]: value })))
    .find((row) => isValid(row))
}

/**
 * A row for the pairs that are still open: value by value the one that completes most of them with what was chosen, and
 * among equals the one that is in most.
 */
function gathered(pairs: readonly Row[], neutral: Row, isValid: (row: Row) => boolean): Row {
  const partners = partnersOf(pairs)
  const rowOf = (values: ReadonlySet<string>) => Object.fromEntries([...values].map((value) => value.split('\0')))
  const open = new Set(partners.keys())
  const chosen = new Set<string>()
  while (open.size > 0) {
    const worth = (value: string) => {
      const others = [...(partners.get(value) ?? [])]
      const done = others.filter((other) => chosen.has(other)).length
      return done * pairs.length + others.filter((other) => open.has(other)).length
    }
    const best = [...open]
      .map((value) => ({ value, worth: worth(value) }))
      .reduce((a, b) => (b.worth > a.worth ? b : a))
    open.delete(best.value)
    if (best.worth > 0 && isValid({ ...neutral, ...rowOf(new Set([...chosen, best.value])) })) {
      chosen.add(best.value)
      const [factor] = best.value.split('\0')
      for (const other of open) {
        if (other.startsWith(`${factor}\0`)) {
          open.delete(other)
        }
      }
    }
  }
  return { ...neutral, ...rowOf(chosen) }
}

/** For each value of a factor, `factor\0value`, those that it is paired with. */
function partnersOf(pairs: readonly Row[]): Map<string, Set<string>> {
  const partners = new Map<string, Set<string>>()
  for (const pair of pairs) {
    const [a = '', b = ''] = Object.entries(pair).map(([factor, value]) => `${factor}\0${value}`)
    for (const [one, other] of [
      [a, b],
      [b, a],
    ] as const) {
      partners.set(one, (partners.get(one) ?? new Set()).add(other))
    }
  }
  return partners
}

/** Every pair that a row holds, as text. */
export function keysOf(row: Row): string[] {
  const names = Object.keys(row).sort()
  return names.flatMap((a, at) => names.slice(at + 1).map((b) => `${a}: ${row[a]}, ${b}: ${row[b]}`))
}

function keyOf(pair: Row): string {
  return keysOf(pair)[0] as string
}

/** Every pair of values of two factors, as a row of two. */
export function pairsOf(factors: Factors): Row[] {
  const names = Object.keys(factors)
  return names.flatMap((a, at) =>
    names
      .slice(at + 1)
      .flatMap((b) => (factors[a] ?? []).flatMap((x) => (factors[b] ?? []).map((y) => ({ [a]: x, [b]: y })))),
  )
}
