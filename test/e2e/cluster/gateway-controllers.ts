import { parse } from 'yaml'
import type { Manifest } from '../../support/manifests.js'
import { type ControlPlane, listOf } from './control-plane.js'
import { envoyProxies, istioProxies } from './gateway-proxies.js'

/** Keys of the ConfigMap of `parametersRef`, by the kind that they change. */
const settings: Readonly<Record<string, string>> = {
  Deployment: 'deployment',
  Service: 'service',
  ServiceAccount: 'serviceAccount',
  HorizontalPodAutoscaler: 'horizontalPodAutoscaler',
  PodDisruptionBudget: 'podDisruptionBudget',
}
/** Made only where the settings say something of them. */
const onDemand = ['HorizontalPodAutoscaler', 'PodDisruptionBudget']

/** The controllers of Istio and of Envoy Gateway, as far as what they make of a Gateway is concerned. */
export class GatewayControllers {
  /** @param within namespaces in which Envoy Gateway has its proxies beside the Gateways */
  constructor(
    private readonly plane: ControlPlane,
    private readonly within: readonly string[],
  ) {}

  /**
   * Makes what the Gateways of a namespace need, or brings it up to date.
   * @returns what the API server refused of it, one line each; a controller would log it and try again for ever
   */
  reconcile(namespace: string): string[] {
    const gateways: Manifest[] = this.plane.json([
      'get',
      'gateways.v1.gateway.networking.k8s.io',
      '-n',
      namespace,
    ]).items
    return gateways.flatMap((gateway) => {
      const isIstio = gateway.spec.gatewayClassName.startsWith('istio')
      try {
        this.apply(
          isIstio ? this.configured(gateway) : envoyProxies(gateway, this.within.includes(namespace)),
          isIstio ? 'istio.io/gateway-controller' : 'envoy-gateway',
        )
        return []
      } catch (error) {
        return [`${gateway.metadata.name}: ${(error as Error).message}`]
      }
    })
  }

  /** Istio's objects with the settings of the Gateway merged into them, by the rules of Kubernetes' own types. */
  private configured(gateway: Manifest): Manifest[] {
    const reference: Manifest = gateway.spec.infrastructure?.parametersRef
    const data: Record<string, string> =
      reference === undefined
        ? {}
        : (this.plane.json(['get', 'configmap', reference.name, '-n', gateway.metadata.namespace]).data ?? {})
    const unknown = Object.keys(data).filter((key) => !Object.values(settings).includes(key))
    if (unknown.length > 0) {
      throw new Error(`${reference.name} has settings that Istio does not know: ${unknown}`)
    }
    return istioProxies(gateway).flatMap((object) => {
      const setting = data[settings[object.kind] as string]
      return setting === undefined
        ? onDemand.includes(object.kind)
          ? []
          : [object]
        : [this.merged(object, parse(setting))]
    })
  }

  private merged(object: Manifest, setting: Manifest): Manifest {
    const words = ['patch', '--local', '--type=strategic', '-f', '-', '-o', 'json', '-p', JSON.stringify(setting)]
    return JSON.parse(this.plane.succeed(words, { input: JSON.stringify(object) }))
  }

  private apply(objects: readonly Manifest[], manager: string): void {
    this.plane.succeed(['apply', '--server-side', '--force-conflicts', `--field-manager=${manager}`, '-f', '-'], {
      input: listOf(objects),
    })
  }
}
