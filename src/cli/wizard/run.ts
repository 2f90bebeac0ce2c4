import type { Layer } from '../../spec/resolve.js'
import type { Terminal } from '../terminal.js'

export interface WizardStart {
  /** What files and flags have said already. */
  readonly layers: readonly Layer[]
  readonly dir: string | undefined
  readonly git: boolean | undefined
}

export interface WizardOutcome {
  readonly layers: readonly Layer[]
  readonly dir: string | undefined
  readonly git: boolean
}

export async function runWizard(_start: WizardStart, _terminal: Terminal): Promise<WizardOutcome | undefined> {
  return undefined
}
