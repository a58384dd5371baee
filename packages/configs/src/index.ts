export { type ApacheOptions, apacheConfig } from './apache.ts';
export { caddyConfig } from './caddy.ts';
export { cherokeeConfig } from './cherokee.ts';
export { ConfigError } from './errors.ts';
export { h2oConfig } from './h2o.ts';
export { haproxyConfig } from './haproxy.ts';
export { type IisFiles, iisConfig } from './iis.ts';
export { initScript } from './init-script.ts';
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
export { supervisorConfig } from './supervisor.ts';
export { type SystemdUnits, systemdUnits } from './systemd.ts';
