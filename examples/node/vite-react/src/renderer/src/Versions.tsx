import { useState, type JSX } from 'react';

export default function Versions(): JSX.Element {
  const [versions] = useState(window.electron.process.versions);
  return <p className="versions">Electron v{versions.electron}</p>;
}
