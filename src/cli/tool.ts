import type { Tool } from '../model/build.js'

declare const __VERSION__: string | undefined

const version = typeof __VERSION__ === 'string' ? __VERSION__ : '0.0.0-source'

/** This tool's name, version and the address of the schema it writes into service.yaml. */
export const tool: Tool = {
  name: 'create-go-k8s-service',
  version,
  schema: `https://unpkg.com/create-go-k8s-service@${version}/dist/service.schema.json`,
}
