import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';

/**
 * Gives HAProxy an order on its admin socket.
 *
 * @param folder where its files are
 * @param order for example `set server app/app1 state drain`
 * @throws Error with what it says against it
 */
export async function tellHaproxy(folder: string, order: string): Promise<void> {
  const socket = connect(join(folder, 'admin.sock'));
  let said = '';
  socket.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  socket.end(`${order}\n`);
  await once(socket, 'close');
  if (said.trim() !== '') throw new Error(`HAProxy, asked to ${order}: ${said}`);
}
