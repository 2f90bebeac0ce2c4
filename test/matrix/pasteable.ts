/**
 * What an interactive shell, zsh above all, would not take as it is meant, in the blocks of commands that a document has
 * its readers paste: a comment is an argument there, and an unquoted pattern that matches no file is an error. What a reader
 * would put in the place of a secret's name stays in the shell's history, with every blank and question mark that it has.
 */
export function unpasteable(document: string): string[] {
  return blocksOf(document).flatMap((block) => {
    let end: string | undefined
    return block.flatMap((line) => {
      if (end !== undefined) {
        end = line.trim() === end ? undefined : end
        return []
      }
      const bare = unquoted(line)
      end = /<<-?\s*['"]?(\w+)/.exec(line)?.[1]
      return [
        ...(/(^|\s)#/.test(bare) ? [`a comment in ${JSON.stringify(line.trim())}`] : []),
        // A star in a name of files that are there is one that is meant.
        ...(/\?|\[(?! )|(^|\s)(-|\w+:\/\/)\S*\*/.test(bare)
          ? [`an unquoted pattern in ${JSON.stringify(line.trim())}`]
          : []),
        ...(/(^|[\s=:])(ADDRESS|KEY|PASSWORD|SECRET|TOKEN|URL)(?=\s|$)/.test(bare)
          ? [`a secret in the history in ${JSON.stringify(line.trim())}`]
          : []),
      ]
    })
  })
}

/** The lines of each block that is said to be of a shell. */
function blocksOf(document: string): string[][] {
  return [...document.matchAll(/^ *```(?:sh|bash|console)\n([\s\S]*?)^ *```$/gm)].map(([, text = '']) =>
    text.trimEnd().split('\n'),
  )
}

/** A line without what is quoted, and without variables. */
function unquoted(line: string): string {
  return line
    .replace(/'[^']*'/g, "''")
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\\./g, '')
    .replace(/\$(?:\{[^}]*\}|[\w?#*@!$-])/g, '')
}
