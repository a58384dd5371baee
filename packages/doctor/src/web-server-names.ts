/** The web servers whose configuration is read. */
export const webServerNames = ['apache', 'caddy', 'cherokee', 'h2o', 'haproxy', 'lighttpd', 'nginx'] as const;

/** One of {@link webServerNames}. */
export type WebServerName = (typeof webServerNames)[number];
