import * as z from 'zod/mini'

/**
 * How an option is declared. One declaration yields the flag, the prompt, the key in service.yaml,
 * the JSON Schema, the rows of `list` and of the help, and the TypeScript type of its value.
 */
export interface Option<T = unknown> {
  readonly kind: Kind
  readonly schema: z.ZodMiniType<T>
  /** What a valid value is, completing "… is not ___". */
  readonly expect: string
  /** One line for help, `list` and the schema. */
  readonly help: string
  /** Built-in default; absent when there is none or when it derives from other values (see `derived`). */
  readonly default?: T
  /** The part of the default that only the user can know, where it is a guess: what it stands for has to be set. */
  readonly assumed?: string
  /** How a default that depends on other values reads in help, e.g. `<name>`. */
  readonly derived?: string
  readonly unit?: string
  /** Question of the wizard; options without one are reached through flags and the file. */
  readonly ask?: string
  /** Key of a boolean option that must be true for this one to matter (and to be asked). */
  readonly when?: string
  /** Choices of an enum. */
  readonly choices?: readonly string[]
  /**
   * `true`: refused in this version whatever the value (`false` aside).
   * A list: these values are refused.
   */
  readonly later?: true | readonly string[]
  /** Of a list of objects, the fields that are numbers. */
  readonly numbers?: readonly string[]
  /** Shown as a comment in a new service.yaml when it was left alone. */
  readonly common?: boolean
}

export type Kind = 'string' | 'integer' | 'number' | 'boolean' | 'list' | 'integers' | 'map' | 'objects'

type Extra<T> = Omit<Partial<Option<T>>, 'kind' | 'schema' | 'expect'> & { help: string }
type Required<T> = Option<T> & { default: T }

/** The schema is made when it is first asked for: a run validates few options, and a hundred schemas cost milliseconds. */
function make<T>(kind: Kind, build: () => z.ZodMiniType<T>, expect: string, extra: Extra<T>): Option<T> {
  let schema: z.ZodMiniType<T> | undefined
  return {
    ...extra,
    kind,
    expect,
    get schema() {
      schema ??= build()
      return schema
    },
  }
}

/** Options whose `default` is given are never undefined in a Spec; the overloads carry that. */
export function integer(min: number, max: number, extra: Extra<number> & { default: number }): Required<number>
export function integer(min: number, max: number, extra: Extra<number>): Option<number>
export function integer(min: number, max: number, extra: Extra<number>): Option<number> {
  const schema = () => z.int().check(z.gte(min), z.lte(max))
  return make('integer', schema, min === max ? `${min}` : `a whole number from ${min} to ${max}`, extra)
}

export function percentage(min: number, max: number, extra: Extra<number> & { default: number }): Required<number> {
  const schema = () => z.number().check(z.gte(min), z.lte(max))
  return make('number', schema, `a number from ${min} to ${max}`, extra) as Required<number>
}

export function boolean(extra: Extra<boolean> & { default: boolean }): Required<boolean> {
  return make('boolean', () => z.boolean(), 'true or false', extra) as Required<boolean>
}

export function choice<const C extends readonly string[]>(
  choices: C,
  extra: Omit<Extra<C[number]>, 'choices'> & { default: C[number] },
): Required<C[number]> {
  const schema = () => z.enum(choices as unknown as [C[number], ...C[number][]])
  return make('string', schema, `one of ${choices.join(', ')}`, { ...extra, choices }) as Required<C[number]>
}

interface TextRule {
  readonly pattern: RegExp
  readonly expect: string
  readonly max?: number
  /** What a pattern can't say. */
  readonly also?: (value: string) => boolean
}

export function text(rule: TextRule, extra: Extra<string> & { default: string }): Required<string>
export function text(rule: TextRule, extra: Extra<string>): Option<string>
export function text(rule: TextRule, extra: Extra<string>): Option<string> {
  return make('string', () => textSchema(rule), rule.expect, extra)
}

function textSchema(rule: TextRule): z.ZodMiniType<string> {
  const schema = z.string().check(z.regex(rule.pattern), z.maxLength(rule.max ?? 253))
  return rule.also === undefined ? schema : schema.check(z.refine(rule.also))
}

export function list(
  rule: TextRule,
  size: { min: number; max: number },
  extra: Extra<string[]> & { default: string[] },
): Required<string[]>
export function list(rule: TextRule, size: { min: number; max: number }, extra: Extra<string[]>): Option<string[]>
export function list(rule: TextRule, size: { min: number; max: number }, extra: Extra<string[]>): Option<string[]> {
  const schema = () =>
    z.array(textSchema(rule)).check(
      z.minLength(size.min),
      z.maxLength(size.max),
      z.refine((items) => new Set(items).size === items.length),
    )
  return make('list', schema, `a list of ${size.min} to ${size.max}, each different and each ${rule.expect}`, extra)
}

export function integers(
  item: { min: number; max: number },
  size: { min: number; max: number },
  extra: Extra<number[]> & { default: number[] },
): Required<number[]>
export function integers(
  item: { min: number; max: number },
  size: { min: number; max: number },
  extra: Extra<number[]>,
): Option<number[]>
export function integers(
  item: { min: number; max: number },
  size: { min: number; max: number },
  extra: Extra<number[]>,
): Option<number[]> {
  const schema = () =>
    z.array(z.int().check(z.gte(item.min), z.lte(item.max))).check(z.minLength(size.min), z.maxLength(size.max))
  const count = size.min === size.max ? `${size.min}` : `${size.min} to ${size.max}`
  return make('integers', schema, `a list of ${count} whole numbers from ${item.min} to ${item.max}`, extra)
}

export function map(
  rule: { key: TextRule; value: TextRule; max: number },
  extra: Extra<Record<string, string>> & { default: Record<string, string> },
): Required<Record<string, string>> {
  const schema = () =>
    z
      .record(textSchema(rule.key) as unknown as z.ZodMiniString<string>, textSchema(rule.value))
      .check(z.refine((entries) => Object.keys(entries).length <= rule.max))
  const expect = `a map of at most ${rule.max} entries whose keys are ${rule.key.expect} and whose values are ${rule.value.expect}`
  return make('map', schema, expect, extra) as Required<Record<string, string>>
}

type FieldRule = (TextRule & { readonly optional?: true }) | { readonly min: number; readonly max: number }

/** A list of objects of the same fields, which all have unless one is `optional`; `name` tells them apart. */
export function objects<T extends { readonly name: string }>(
  fields: { readonly [K in keyof T]-?: FieldRule },
  size: { min: number; max: number },
  extra: Extra<T[]>,
): Option<T[]> {
  const entries = Object.entries<FieldRule>(fields)
  const schema = () =>
    z
      .array(
        z.strictObject(
          Object.fromEntries(
            entries.map(([name, rule]) => [
              name,
              'pattern' in rule
                ? rule.optional
                  ? z.optional(textSchema(rule))
                  : textSchema(rule)
                : z.int().check(z.gte(rule.min), z.lte(rule.max)),
            ]),
          ),
        ),
      )
      .check(
        z.minLength(size.min),
        z.maxLength(size.max),
        z.refine((items) => new Set(items.map(({ name }) => name)).size === items.length),
      ) as unknown as z.ZodMiniType<T[]>
  const words = entries.map(([name, rule]) =>
    'pattern' in rule
      ? `${name} (${rule.expect}${rule.optional ? '; may be left out' : ''})`
      : `${name} (${rule.min} to ${rule.max})`,
  )
  const numbers = entries.flatMap(([name, rule]) => ('pattern' in rule ? [] : [name]))
  const expect = `a list of ${size.min} to ${size.max}, each different in name: ${words.join(', ')}`
  return make('objects', schema, expect, { ...extra, numbers })
}
