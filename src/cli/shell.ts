import { isCommand } from './commands/table.js'

/** A word for a POSIX shell, in quotes where it needs them; a leading ~ would become somebody's home. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** A folder that can't be taken for a command or a flag. */
export function positional(dir: string): string {
  return dir.startsWith('-') || isCommand(dir) ? `./${dir}` : dir
}
