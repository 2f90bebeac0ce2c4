/** Every data store there is; what is said of each follows from this list. */
export const storeNames = ['postgres', 'mysql', 'redis'] as const

/** Those whose server holds databases and knows users by name, with a schema that the program moves. */
export const sqlStoreNames = ['postgres', 'mysql'] as const

export type StoreName = (typeof storeNames)[number]
export type SqlStoreName = (typeof sqlStoreNames)[number]

export function isStoreName(text: string): text is StoreName {
  return (storeNames as readonly string[]).includes(text)
}
