import type { Manifest } from '../../support/manifests.js'
import { containersOf, titleOf, type Workload, workloadsOf } from './objects.js'

/** A check of a linter that can't be had as a program, stated over rendered objects. */
export interface Policy {
  /** The linter and its own name of the check: `kube-linter/latest-tag`. */
  readonly name: string
  /** What the check demands. */
  readonly reference: string
  /** What breaks it: kind and name, then the value. */
  readonly check: (objects: readonly Manifest[]) => string[]
}

/** What is wrong, or nothing. */
type Fault = string | false | undefined

/** A policy over each object of some kinds; `*` is every object. */
export function onKinds(
  name: string,
  kinds: string,
  reference: string,
  faults: (object: Manifest, objects: readonly Manifest[]) => readonly Fault[],
): Policy {
  return {
    name,
    reference,
    check: (objects) =>
      objects
        .filter(({ kind }) => kinds === '*' || kinds.split(' ').includes(kind))
        .flatMap((object) => texts(titleOf(object), faults(object, objects))),
  }
}

/** A policy over each workload that has pods. */
export function onWorkloads(
  name: string,
  reference: string,
  faults: (workload: Workload, objects: readonly Manifest[]) => readonly Fault[],
): Policy {
  return {
    name,
    reference,
    check: (objects) =>
      workloadsOf(objects).flatMap((workload) => texts(titleOf(workload.object), faults(workload, objects))),
  }
}

/** A policy over workloads that run until they are replaced: everything but jobs. */
export function onServers(
  name: string,
  reference: string,
  faults: (workload: Workload, objects: readonly Manifest[]) => readonly Fault[],
): Policy {
  return onWorkloads(name, reference, (workload, objects) => (workload.endsByItself ? [] : faults(workload, objects)))
}

/** A policy over every container, those that run first included. */
export function onContainers(
  name: string,
  reference: string,
  fault: (container: Manifest, workload: Workload) => Fault,
): Policy {
  return onWorkloads(name, reference, (workload) =>
    containersOf(workload.pod).map((container) => inContainer(container, fault(container, workload))),
  )
}

/** A policy over the containers that serve: not those that run first, not those of jobs. */
export function onServingContainers(
  name: string,
  reference: string,
  fault: (container: Manifest, workload: Workload) => Fault,
): Policy {
  return onServers(name, reference, (workload) =>
    workload.pod.containers.map((container: Manifest) => inContainer(container, fault(container, workload))),
  )
}

function inContainer(container: Manifest, fault: Fault): Fault {
  return fault && `container ${container.name}: ${fault}`
}

function texts(title: string, faults: readonly Fault[]): string[] {
  return faults.filter((fault) => typeof fault === 'string').map((fault) => `${title}: ${fault}`)
}
