// @ts-check
// Which lines a combination of module sets has, as rules found from some of the combinations. A line comes with a set, or
// with two together, and at times another set makes it needless. So all combinations of up to two sets and all that lack
// up to one tell the rule of each: some dozens, and not 2^n. Further ones by chance have to agree with the rules.

/**
 * The combinations to measure first, smallest first: none, each, each two, all but one, all.
 *
 * @param {readonly string[]} names @returns {Set<string>[]}
 */
export function firstCombinations(names) {
  const chosen = new Map([0, 1, 2].flatMap((size) => choose(names, size)).map((sets) => [keyOf(sets), sets]))
  for (const left of [0, 1].flatMap((size) => choose(names, size))) {
    const sets = names.filter((name) => !left.includes(name))
    chosen.set(keyOf(sets), sets)
  }
  return [...chosen.values()].sort((a, b) => a.length - b.length).map((sets) => new Set(sets))
}

/**
 * Combinations that only check the rules: the same ones in every run, so that a table is the same wherever it is measured.
 *
 * @param {readonly string[]} names @param {number} count @returns {Set<string>[]}
 */
export function furtherCombinations(names, count) {
  let state = 1
  const next = () => {
    // Numerical Recipes' linear congruential generator; only its upper bits are used.
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32
    return state / 2 ** 32
  }
  return Array.from({ length: count }, () => new Set(names.filter(() => next() < 0.5)))
}

/**
 * When something is there, as terms: sets that must all be on, or off where there is a `!`. It has to agree with every
 * combination that was measured.
 *
 * @param {readonly string[]} names
 * @param {readonly { sets: ReadonlySet<string>, there: boolean }[]} measured
 * @returns {string[][] | undefined} undefined where no such rule does
 */
export function ruleOf(names, measured) {
  const having = measured.filter(({ there }) => there).map(({ sets }) => names.filter((name) => sets.has(name)))
  const smallest = having.filter(
    (sets) => sets.length <= 2 && !having.some((other) => other.length < sets.length && isPart(other, sets)),
  )
  const rule = smallest.map((sets) => {
    const needless = names.find((name) => isNeedlessWith(name, sets, measured))
    const term = sets.length === 0 ? ['base'] : sets
    return needless === undefined ? term : [...term, `!${needless}`]
  })
  return measured.every(({ sets, there }) => holds(rule, sets) === there) ? rule : undefined
}

/**
 * A set brings by itself what these sets bring otherwise, so that with it the line is gone: it is there in all combinations
 * without that set, and missing in one with it.
 *
 * @param {string} name @param {readonly string[]} sets
 * @param {readonly { sets: ReadonlySet<string>, there: boolean }[]} measured
 */
function isNeedlessWith(name, sets, measured) {
  const able = measured.filter((one) => sets.every((set) => one.sets.has(set)))
  return (
    !sets.includes(name) &&
    able.some((one) => one.sets.has(name) && !one.there) &&
    able.every((one) => one.sets.has(name) || one.there)
  )
}

/** @param {readonly string[]} part @param {readonly string[]} whole */
function isPart(part, whole) {
  return part.every((name) => whole.includes(name))
}

/** Whether a rule says yes. @param {readonly (readonly string[])[]} rule @param {ReadonlySet<string>} sets */
export function holds(rule, sets) {
  return rule.some((term) =>
    term.every((set) => set === 'base' || (set.startsWith('!') ? !sets.has(set.slice(1)) : sets.has(set))),
  )
}

/** @param {readonly string[]} names @param {number} size @returns {string[][]} in the order of the names */
function choose(names, size) {
  if (size === 0) {
    return [[]]
  }
  return names.flatMap((name, at) => choose(names.slice(at + 1), size - 1).map((rest) => [name, ...rest]))
}

/** @param {readonly string[]} sets */
function keyOf(sets) {
  return sets.join(' ')
}
