/** The products that there are configurations for. */
export const PRODUCTS = [
  'nginx',
  'apache',
  'lighttpd',
  'caddy',
  'h2o',
  'haproxy',
  'cherokee',
  'iis',
  'supervisor',
  'systemd',
  'init',
  'container',
  'compose',
  'kubernetes',
] as const;

/** One of them. */
export type Product = (typeof PRODUCTS)[number];
