import { contextBridge, ipcRenderer } from 'electron';
import mitt from 'mitt';
import { z } from 'zod';
import { orderOf } from './order.mjs';

const events = mitt();
ipcRenderer.on('orders:changed', (_event, count) => events.emit('count', count));

contextBridge.exposeInMainWorld('orders', {
  async place(fields) {
    const checked = orderOf(z).safeParse(fields);
    if (!checked.success) throw new Error(checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '));
    return ipcRenderer.invoke('orders:place', checked.data);
  },
  onCount: (listener) => events.on('count', listener),
});
