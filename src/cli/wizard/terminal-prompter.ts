import readline from 'node:readline'
import { ExitPromptError } from '@inquirer/core'
import { painter } from '../report.js'
import type { Terminal } from '../terminal.js'
import { choicePrompt } from './choice-prompt.js'
import { Cancelled, type ChoiceQuestion, type Prompter } from './prompter.js'
import { ended, textPrompt } from './text-prompt.js'

/** Signals that end the questions as Ctrl-C does; between two prompts Ctrl-C is a signal as well. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** Milliseconds after which an escape character is the Esc key and not the start of another key's sequence. */
const escapeTimeout = 100

/**
 * Asks on the real terminal. `close` gives signals back to the process.
 * Words go to standard error, so that standard output stays for results, unless it leads elsewhere:
 * a question must be seen.
 */
export function openTerminalPrompter(terminal: Terminal): Prompter & { close: () => void } {
  const { stdin, stdout, stderr } = process
  const output = stderr.isTTY ? stderr : stdout
  const paint = painter(terminal.color)
  const abort = new AbortController()
  const stop = () => abort.abort()
  for (const signal of endings) {
    // `on`, not `once`: inquirer kills the process, raw terminal and all, unless another listener stays.
    process.on(signal, stop)
  }
  stdin.once('error', stop) // a terminal that is gone answers reads with an error
  // The first interface on a stream sets how long Esc waits, for all that follow; the default is half a second.
  readline.createInterface({ input: stdin, terminal: true, escapeCodeTimeout: escapeTimeout }).close()

  const ask = async <T>(prompt: Promise<T | typeof ended>): Promise<T> => {
    const answer = await prompt.catch((error: unknown) => {
      if (error instanceof ExitPromptError || abort.signal.aborted) {
        throw new Cancelled()
      }
      throw error
    })
    if (answer === ended) {
      throw new Cancelled()
    }
    return answer as T
  }
  const context = { output, signal: abort.signal }
  return {
    paint,
    get columns() {
      return output.columns || 80
    },
    text: (question) => ask(textPrompt({ ...question, paint }, context)),
    choose: <T extends string>(question: ChoiceQuestion<T>) =>
      ask(choicePrompt({ ...question, paint, rows: output.rows || 24 }, context)) as Promise<T>,
    say: (text) => {
      output.write(`${text}\n`)
    },
    close: () => {
      for (const signal of endings) {
        process.removeListener(signal, stop)
      }
      stdin.removeListener('error', stop)
    },
  }
}
