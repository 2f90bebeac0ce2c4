/**
 * Patterns of the files of which a change is released: all but the overlays, which the pipeline and people write what they have
 * decided into, and documents. For GitLab, whose `changes` knows no exception; the others name the exceptions themselves.
 *
 * GitLab matches them by Ruby's `File.fnmatch` with FNM_PATHNAME, FNM_DOTMATCH and FNM_EXTGLOB: a star ends at a slash, and
 * braces hold choices.
 *
 * @param prefix folder of the service in its repository, with a slash behind it; empty at the root
 */
export function released(prefix: string): string[] {
  const file = '{*[^d],*[^m]d,*[^.]md,d,md}'
  return [
    `${prefix}${file}`,
    `${prefix}${otherThan('deploy')}/**/${file}`,
    `${prefix}deploy/${file}`,
    `${prefix}deploy/${otherThan('overlays')}/**/${file}`,
  ]
}

/** Any name but this one: what differs from it in a letter, what ends before it does, and what goes on behind it. */
function otherThan(name: string): string {
  const letters = [...name].flatMap((letter, at) => {
    const same = name.slice(0, at)
    return [...(same === '' ? [] : [same]), `${same}[^${letter}]*`]
  })
  return `{${letters.join()},${name}?*}`
}
