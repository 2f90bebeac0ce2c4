/** PromQL matchers that choose the service's series of one environment, without braces. */
export interface Selectors {
  /** Series that the service exports. */
  readonly own: string
  /** Series about its containers, from kube-state-metrics and the kubelet. */
  readonly container: string
  /** Series about objects of its namespace. */
  readonly namespace: string
}

interface Rule {
  /** Name of the group in the file of rules; one of the same name is joined. */
  readonly group: string
  readonly labels?: Readonly<Record<string, string>>
  /** PromQL, a line an entry of the file. */
  readonly expr: (select: Selectors) => string
}

export interface Recording extends Rule {
  readonly record: string
}

export interface Alert extends Rule {
  /** Also the heading of its section in the runbook; alerts of one name share the section of the first. */
  readonly alert: string
  /** `critical` wakes somebody, in the last environment. */
  readonly severity: 'critical' | 'warning'
  readonly for?: string
  readonly summary: string
  /** Templates of Prometheus that it may use: `{{ $labels.NAME }}` and `{{ $value | … }}`. */
  readonly description: string
  /** Markdown: what it means, and what to do, in this order. */
  readonly runbook: string
  readonly tests?: readonly AlertTest[]
}

/** A course of events, and what becomes of all alerts of the name. */
export interface AlertTest {
  /** Completes the sentence "it …": `fires when …`, `stays quiet while …`. */
  readonly what: string
  /** Series with labels, and promtool's notation of their values, a minute apart. */
  readonly series: (select: Selectors) => readonly (readonly [series: string, values: string])[]
  /** When it is looked at. */
  readonly at: string
  /** What fires then; `labels` are those that tell one alert from another. */
  readonly fires: readonly { readonly labels: Readonly<Record<string, string>>; readonly value?: string }[]
}

/** A row of the dashboard. `$namespace` is its variable. */
export interface DashboardRow {
  readonly title: string
  readonly panels: readonly Panel[]
}

export interface Panel {
  readonly title: string
  readonly description: string
  /** Grafana's id of the unit: `s`, `percentunit`, `reqps`, `short`, `bytes`. */
  readonly unit: string
  readonly queries: readonly { readonly expr: string; readonly legend: string }[]
}

/** A rule as the file has it. */
export interface FilledRule {
  readonly record?: string
  readonly alert?: string
  readonly for?: string
  readonly lines: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

export interface FilledRuleGroup {
  readonly name: string
  readonly rules: readonly FilledRule[]
}

export interface FilledAlertTest {
  readonly alert: string
  readonly what: string
  readonly at: string
  readonly series: readonly { readonly series: string; readonly values: string }[]
  readonly fires: readonly {
    readonly labels: Readonly<Record<string, string>>
    readonly annotations: Readonly<Record<string, string>>
  }[]
}

/** A panel of the dashboard in its place, or the title of a row. */
export interface FilledPanel {
  readonly id: number
  readonly title: string
  readonly x: number
  readonly y: number
  readonly width: number
  /** Absent for the title of a row. */
  readonly panel?: {
    readonly description: string
    readonly unit: string
    readonly targets: readonly { readonly refId: string; readonly expr: string; readonly legend: string }[]
  }
}
