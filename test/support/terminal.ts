import type { Terminal } from '../../src/cli/terminal.js'

/** A terminal that nobody sits at. */
export function silentTerminal(cwd: string): Terminal {
  return {
    cwd,
    env: {},
    interactive: false,
    color: false,
    readStdin: () => Buffer.alloc(0),
    out: () => {},
    err: () => {},
  }
}
