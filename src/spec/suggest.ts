import leven from 'leven'

/** The name that was probably meant, or undefined when none is near. Ties go to the first in `names`. */
function nearest(name: string, names: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(2, Math.floor(name.length / 3)) + 1
  for (const candidate of names) {
    const distance = leven(name.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** `did you mean x?`, or a pointer to the list. */
export function suggestion(name: string, names: readonly string[], otherwise: string): string {
  const near = nearest(name, names)
  return near === undefined ? otherwise : `did you mean ${near}?`
}
