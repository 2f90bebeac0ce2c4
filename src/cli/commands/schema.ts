import { type ExitCode, exit } from '../../errors.js'
import { jsonSchema } from '../../spec/json-schema.js'
import { type Arguments, atMostPositionals } from '../arguments.js'
import type { Terminal } from '../terminal.js'
import { tool } from '../tool.js'

/** Prints the JSON Schema of service.yaml. */
export async function schema(args: Arguments, terminal: Terminal): Promise<ExitCode> {
  atMostPositionals(args, 0, 'create-go-k8s-service schema')
  terminal.out(`${JSON.stringify(jsonSchema(tool.schema), null, 2)}\n`)
  return exit.done
}
