import { createPrompt, isBackspaceKey, isEnterKey, isTabKey, useEffect, useKeypress, useState } from '@inquirer/core'
import type { Paint } from '../report.js'
import { type Back, back, type TextQuestion } from './prompter.js'

/** The input ended under the question: a closed terminal, or Ctrl-D. */
export const ended = Symbol('ended')

/**
 * A line of text that is judged on every key, not only on Enter as inquirer's own input is, and that
 * Esc leaves.
 */
export const textPrompt = createPrompt<string | Back | typeof ended, TextQuestion & { paint: Paint }>(
  ({ message, help, optional, problem, paint, ...question }, done) => {
    const [status, setStatus] = useState<'open' | 'answered' | 'left'>('open')
    const [text, setText] = useState('')
    const [initial, setInitial] = useState(question.initial ?? '')
    const [refused, setRefused] = useState(false)
    const answer = text.trim() || initial
    const wrong = answer === '' && optional ? undefined : problem(answer)

    useEffect((rl) => {
      rl.on('close', () => done(ended))
    }, [])
    useKeypress((key, rl) => {
      if (status !== 'open') {
        return
      }
      if (key.name === 'escape') {
        setStatus('left')
        done(back)
      } else if (isEnterKey(key)) {
        if (wrong === undefined) {
          setStatus('answered')
          done(answer)
        } else {
          rl.write(text) // Enter emptied the line; what was typed stays to be corrected
          setRefused(true)
        }
      } else if (isTabKey(key)) {
        const edited = text === '' ? initial : text
        rl.clearLine(0) // the tab itself
        rl.write(edited)
        setText(edited)
      } else {
        if (isBackspaceKey(key) && text === '' && optional) {
          setInitial('')
        }
        setText(rl.line)
        setRefused(false)
      }
    })

    if (status === 'answered') {
      return `${paint.green('✔')} ${message} ${paint.cyan(answer)}`
    }
    if (status === 'left') {
      return paint.dim(`‹ ${message}`)
    }
    // The answer has a line of its own: a question that wraps on a narrow terminal can't shift the cursor.
    const head = `${paint.cyan('?')} ${paint.bold(message)}${initial === '' ? '' : paint.dim(` (${initial})`)}`
    const shownProblem = text.trim() !== '' || refused ? wrong : undefined
    return [`${head}\n› ${text}`, shownProblem === undefined ? paint.dim(help) : paint.red(`! ${shownProblem}`)]
  },
)
