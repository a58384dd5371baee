import { exchange } from '../http-exchange.ts';
import type { Kind } from './kind.ts';
import { type ServedKind, servedKind } from './served.ts';

const common = {
  contenders: ['node', 'node-http'],
  factor: 1_000,
  goals: [{ of: 'node', against: 'node-http', atMost: 1 }],
  keep: true,
  unit: 'ns CPU/byte',
} satisfies Partial<ServedKind>;

/** Kinds in which the cost of a byte is measured. */
export const transferKinds: readonly Kind[] = [
  servedKind({
    ...common,
    name: 'download',
    title: 'Download of 100 MB',
    work: ({ transferBytes }) => `download-${transferBytes}`,
    check: async (target, { transferBytes }) => {
      const { bytes } = await exchange(target);
      if (bytes !== transferBytes) throw new Error(`${target.host} sent ${bytes} of ${transferBytes} bytes.`);
    },
    load: async (target, { transfers }) => {
      let units = 0;
      for (let i = 0; i < transfers; i += 1) units += (await exchange(target)).bytes;
      return { units };
    },
  }),
  servedKind({
    ...common,
    name: 'upload',
    title: 'Upload of 100 MB',
    work: () => 'upload',
    check: async (target, { transferBytes }) => {
      const { text } = await exchange({ ...target, uploadBytes: transferBytes });
      if (text !== String(transferBytes)) throw new Error(`${target.host} received ${text} bytes.`);
    },
    load: async (target, { transferBytes, transfers }) => {
      for (let i = 0; i < transfers; i += 1) await exchange({ ...target, uploadBytes: transferBytes });
      return { units: transferBytes * transfers };
    },
  }),
];
