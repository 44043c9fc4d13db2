// What goes beyond Electron's own types, as `tsc` has to know it: never run.
import 'dipole';
import { ipcMain, ipcRenderer, webContents } from 'electron';
import { launch } from 'dipole/test';

export async function beyond(): Promise<void> {
  const answer: unknown = await ipcRenderer.invokeWith({ timeout: 100, signal: AbortSignal.timeout(5) }, 'add', 1, 2);
  const end: () => void = ipcRenderer.subscribe('told', (event, text: string) => { console.log(answer, text, event.sender); });
  end();
  ipcMain.handle('add', (event, a: number, b: number) => (event.signal.aborted ? 0 : a + b), { replace: true });
  const names: string[] = ipcMain.handlers();
  const count: number = webContents.broadcast('told', names);
  await webContents.fromId(count)?.invoke('ask');
  // @ts-expect-error: a text is no number.
  const wrong: number = await (await launch()).evaluate(({ app }) => app.getName());
  console.log(wrong, process.versions.dipole);
}
