import covertable from 'covertable'

/** Values that each factor can take; the first of each is neutral: it goes with every other value. */
export type Factors = Readonly<Record<string, readonly string[]>>
export type Row = Readonly<Record<string, string>>

/**
 * Valid rows in which every pair of values of two different factors occurs, but for the pairs that are impossible. The
 * same for the same factors.
 *
 * covertable never comes back to the other pairs of a row that its filter has turned down, so what its rows lack in the
 * end is gathered in more of them.
 */
export function coveringRows(
  factors: Factors,
  isValid: (row: Row) => boolean,
): { rows: readonly Row[]; impossible: readonly string[] } {
  const neutral: Row = Object.fromEntries(Object.entries(factors).map(([name, [first = '']]) => [name, first]))
  const pairs = new Map(pairsOf(factors).map((pair) => [keyOf(pair), pair]))
  const impossible = new Map([...pairs].filter(([, pair]) => !isValid({ ...neutral, ...pair })))
  const preFilter = (row: Row) => [...impossible.values()].every((pair) => !holds(row, pair))
  const rows: Row[] = covertable
    .make(factors as Record<string, string[]>, { sorter: covertable.sorters.hash, seed: '1', preFilter })
    .filter(isValid)
  const lacking = () => {
    const covered = new Set(rows.flatMap(keysOf))
    return [...pairs].filter(([key]) => !covered.has(key) && !impossible.has(key)).map(([, pair]) => pair)
  }
  for (let open = lacking(); open.length > 0; open = lacking()) {
    rows.push(gathered(open, neutral, isValid))
  }
  return { rows, impossible: [...impossible.keys()] }
}

/** A row with the first of these pairs, and with each of the others that fits in. */
function gathered(pairs: readonly Row[], neutral: Row, isValid: (row: Row) => boolean): Row {
  const chosen: Record<string, string> = {}
  for (const pair of pairs) {
    const fits = Object.entries(pair).every(([name, value]) => (chosen[name] ?? value) === value)
    if (fits && isValid({ ...neutral, ...chosen, ...pair })) {
      Object.assign(chosen, pair)
    }
  }
  return { ...neutral, ...chosen }
}

/** Whether a row, of which covertable may have filled a part only, holds a pair. */
function holds(row: Row, pair: Row): boolean {
  return Object.entries(pair).every(([name, value]) => name in row && row[name] === value)
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
