export { type ApacheOptions, apacheConfig, type PlacedByModule } from './apache.ts';
export { type CaddyOptions, caddyConfig } from './caddy.ts';
export { cherokeeConfig } from './cherokee.ts';
export { type ComposeOptions, composeFile } from './compose.ts';
export { type ContainerFileOptions, type ContainerOptions, containerFile } from './container.ts';
export { ConfigError } from './errors.ts';
export { type H2oOptions, h2oConfig } from './h2o.ts';
export { haproxyConfig } from './haproxy.ts';
export { type IisFiles, iisConfig } from './iis.ts';
export { initScript } from './init-script.ts';
export { type KubernetesOptions, kubernetesManifests } from './kubernetes.ts';
export { lighttpdConfig } from './lighttpd.ts';
export { nginxConfig } from './nginx.ts';
export type {
  ApplicationOptions,
  HealthCheckOptions,
  ProcessOptions,
  StaticOptions,
  TimeoutOptions,
  WebServerOptions,
} from './options.ts';
export type { ListeningApplication, StartedApplication } from './placed.ts';
export { prometheusAdapterRules } from './scaling.ts';
export { supervisorConfig } from './supervisor.ts';
export { type SystemdUnits, systemdUnits } from './systemd.ts';
export { type TunnelConfigs, type TunnelOptions, tunnelConfigs } from './tunnel.ts';
export type { WebContainerName, WebContainerSite } from './web-container.ts';
export { type WireguardHost, type WireguardOptions, wireguardConfigs } from './wireguard.ts';
