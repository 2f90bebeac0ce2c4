import {
  createPrompt,
  isDownKey,
  isEnterKey,
  isUpKey,
  useEffect,
  useKeypress,
  usePagination,
  useState,
} from '@inquirer/core'
import type { Paint } from '../report.js'
import { type Back, back, type ChoiceQuestion } from './prompter.js'
import { ended } from './text-prompt.js'

interface ChoiceConfig extends ChoiceQuestion<string> {
  readonly paint: Paint
  /** Lines of the terminal. */
  readonly rows: number
}

/** Hides the cursor while a list is open; inquirer shows it again when a prompt ends. */
const hideCursor = '\u001b[?25l'

/** One of a list, by arrow keys; unlike inquirer's own select, Esc leaves it. */
export const choicePrompt = createPrompt<string | Back | typeof ended, ChoiceConfig>(
  ({ message, choices, initial, paint, rows }, done) => {
    const [status, setStatus] = useState<'open' | 'answered' | 'left'>('open')
    const [active, setActive] = useState(
      Math.max(
        0,
        choices.findIndex(({ value }) => value === initial),
      ),
    )
    const chosen = choices[active]

    useEffect((rl) => {
      rl.on('close', () => done(ended))
    }, [])
    useKeypress((key, rl) => {
      rl.clearLine(0) // letters typed here answer nothing
      if (status !== 'open') {
        return
      }
      if (key.name === 'escape') {
        setStatus('left')
        done(back)
      } else if (isEnterKey(key) && chosen !== undefined) {
        setStatus('answered')
        done(chosen.value)
      } else if (isUpKey(key)) {
        setActive(Math.max(0, active - 1))
      } else if (isDownKey(key)) {
        setActive(Math.min(choices.length - 1, active + 1))
      }
    })

    const width = Math.max(...choices.map(({ name }) => name.length))
    const page = usePagination({
      items: choices,
      active,
      loop: false,
      pageSize: Math.max(3, rows - 5), // the question, the keys and a line to spare stay in sight
      renderItem: ({ item, isActive }) => {
        const note = item.note === undefined ? '' : `  ${paint.dim(item.note)}`
        return `${isActive ? paint.cyan(`❯ ${item.name}`) : `  ${item.name}`}${note && ' '.repeat(width - item.name.length)}${note}`
      },
    })
    if (status === 'answered') {
      return `${paint.green('✔')} ${message} ${paint.cyan(chosen?.name ?? '')}`
    }
    if (status === 'left') {
      return paint.dim(`‹ ${message}`)
    }
    const head = `${paint.cyan('?')} ${paint.bold(message)}`
    return `${head}\n${page}\n${paint.dim('↑↓ moves, Enter takes, Esc goes back')}${hideCursor}`
  },
)
