import yargs, { type Argv } from 'yargs'
import { flagOf } from '../spec/flags.js'
import { groups, type Key, optionOf } from '../spec/table.js'
import { globalFlags } from './arguments.js'
import { commands } from './commands/table.js'

/** Columns of the help, whatever the terminal: it also lands in logs and in the README. */
const columns = 80

/** The help: commands, flags by group, examples. */
export async function help(): Promise<string> {
  const parser = yargs([])
    .scriptName('create-go-k8s-service')
    .usage('$0 [dir] [options]\n\nGenerates a Go service that is ready for production on Kubernetes.')
    .locale('en')
    .wrap(columns)
    .help(false)
    .version(false)
  parser.command('$0 [dir]', 'render a new service into dir (default: ./<name>)')
  for (const [name, { help: text }] of Object.entries(commands)) {
    parser.command(name, text)
  }
  declareGlobals(parser)
  for (const group of groups) {
    declareGroup(
      parser,
      `${group.title}:`,
      Object.keys(group.options).filter((key) => key !== 'version' && optionOf(key as Key).later !== true) as Key[],
    )
  }
  parser
    .example('$0 orders', 'ask, then create ./orders')
    .example('$0 orders --yes --preset production --istio-host orders.example.com', 'ask nothing')
    .example('$0 --config service.yaml --dry-run --json', 'print the plan for a file of answers')
  return `${(await parser.getHelp()).trimEnd()}\n`
}

function declareGlobals(parser: Argv): void {
  for (const [name, flag] of Object.entries(globalFlags)) {
    const short: string | undefined = 'short' in flag ? flag.short : undefined
    parser.option(name, {
      ...(short === undefined ? {} : { alias: short }),
      ...('value' in flag ? { type: 'string' as const } : {}),
      describe: flag.help,
    })
  }
  parser.group(Object.keys(globalFlags), 'Everywhere:')
}

function declareGroup(parser: Argv, title: string, keys: readonly Key[]): void {
  for (const key of keys) {
    const option = optionOf(key)
    const value = option.derived ?? (Array.isArray(option.default) ? option.default.join(',') : option.default)
    const unit = option.derived === undefined && option.unit ? ` ${option.unit}` : ''
    const hasDefault = value !== undefined && !(typeof value === 'object')
    const refused = Array.isArray(option.later) ? option.later : []
    parser.option(flagOf(key), {
      describe: option.help,
      ...(option.choices === undefined
        ? {}
        : { choices: option.choices.filter((choice) => !refused.includes(choice)) }),
      ...(hasDefault ? { defaultDescription: `${value}${unit}`, default: '' } : {}),
    })
  }
  parser.group(keys.map(flagOf), title)
}
