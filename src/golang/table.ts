// Written by scripts/go-modules.mjs; do not edit.
import type { GoModuleTable } from './go-mod.js'

export const table: GoModuleTable = { require: [], sum: [] }
