import type { Address } from './address.ts';
import { ConfigError } from './errors.ts';
import type { Site } from './site.ts';

/** Seconds for which a WebSocket may be silent. Without a byte for so long, web servers close it; Socket.IO pings every 25 s. */
export const UPGRADE_SILENCE = 3_600;

/** What is asked of a browser's field `Upgrade`: other upgrades, such as `h2c` of curl, are requests like any other. */
export const WEBSOCKET = '^websocket$';

/**
 * Where upgrades go, for products that know one address.
 *
 * @returns undefined where they go nowhere
 */
export function onlyUpgradeAddress({ upgrades }: Site, reason: string): Address | undefined {
  if (upgrades.length > 1) throw new ConfigError('upgradeSocket', reason);
  return upgrades[0];
}
