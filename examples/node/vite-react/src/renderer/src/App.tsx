import { useState, type JSX } from 'react';
import type { Api } from '../../preload';
import Versions from '@renderer/Versions';

declare global {
  interface Window {
    api: Api;
    electron: { process: { versions: Record<string, string> } };
  }
}

function App(): JSX.Element {
  const [name, setName] = useState('');
  const [greeting, setGreeting] = useState('');
  return (
    <>
      <form
        onSubmit={async (event) => {
          event.preventDefault();
          setGreeting(await window.api.greet(name));
        }}
      >
        <input id="name" value={name} onChange={(event) => setName(event.target.value)} />
        <button id="greet" disabled={name === ''}>greet</button>
      </form>
      <p id="greeting">{greeting}</p>
      <a id="docs" href="https://electron-vite.org/" target="_blank" rel="noreferrer">Documentation</a>
      <Versions />
    </>
  );
}

export default App;
