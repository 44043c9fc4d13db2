import { contextBridge, ipcRenderer } from 'electron';
import { electronAPI } from '@electron-toolkit/preload';

const api = { greet: (name: string): Promise<string> => ipcRenderer.invoke('greet', name) };
export type Api = typeof api;

contextBridge.exposeInMainWorld('electron', electronAPI);
contextBridge.exposeInMainWorld('api', api);
