// @ts-check
/** @type {import('../known-faults-table.mjs').KnownFault[]} */
export const alerts = []
