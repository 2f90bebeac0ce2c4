import type { Feature } from './types.js'

/** Every feature, in the order in which their slot entries appear. */
export const features: readonly Feature[] = []
