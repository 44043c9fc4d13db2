// What goes beyond Electron's own types (docs/beyond-electron.md). They are added to those, where they are installed.

// @ts-ignore: `any` where Electron's own types are not installed.
import type * as ElectronModule from 'electron';

/** How long to wait for an answer, and what gives the waiting up. */
interface CallOptions {
  timeout?: number;
  signal?: AbortSignal;
}

declare global {
  namespace Electron {
    // Electron's own, where they are installed.
    interface IpcRendererEvent {}
    interface IpcMainEvent {}
    interface IpcRenderer {
      /** Calls a handler of main, with an end to the waiting. */
      invokeWith(options: CallOptions, channel: string, ...args: any[]): Promise<any>;
      /** Answers what main asks this page for. */
      handle(channel: string, handler: (event: any, ...args: any[]) => any, options?: { replace?: boolean }): void;
      removeHandler(channel: string): void;
      /** Listens until the function that it gives is called, or the signal is aborted. */
      subscribe(channel: string, listener: (event: IpcRendererEvent, ...args: any[]) => void, options?: { signal?: AbortSignal }): () => void;
      handlers(): string[];
      hasHandler(channel: string): boolean;
    }
    interface IpcMain {
      handle(channel: string, listener: (event: IpcMainInvokeEvent, ...args: any[]) => any, options?: { replace?: boolean }): void;
      subscribe(channel: string, listener: (event: IpcMainEvent, ...args: any[]) => void, options?: { signal?: AbortSignal }): () => void;
      handlers(): string[];
      hasHandler(channel: string): boolean;
    }
    interface IpcMainInvokeEvent {
      /** Aborted when the page gives up, is reloaded, or gone. */
      readonly signal: AbortSignal;
    }
    interface WebContents {
      /** Asks the page, which has said `ipcRenderer.handle`; waits 30 seconds. */
      invoke(channel: string, ...args: any[]): Promise<any>;
      invokeWith(options: CallOptions, channel: string, ...args: any[]): Promise<any>;
    }
    namespace WebContents {
      /** Sends to all pages; to how many. */
      function broadcast(channel: string, ...args: any[]): number;
      function broadcastTo(fits: (contents: WebContents) => boolean, channel: string, ...args: any[]): number;
    }
    interface WebPreferences {
      /** A failed call rejects with main's error as it was. */
      errors?: 'faithful';
    }
  }
  namespace NodeJS {
    interface ProcessVersions {
      /** The version of Dipole; not there in Electron. */
      readonly dipole?: string;
    }
  }
}

/** Electron's main process in this one: what `require('electron')` gives after `dipole/register`. */
declare const electron: typeof ElectronModule;
export = electron;
