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
] as const;

/** One of them. */
export type Product = (typeof PRODUCTS)[number];
