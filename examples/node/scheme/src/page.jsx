import { render } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Link, Route, Switch } from 'wouter-preact';

async function ask(path, options) {
  const response = await fetch(`/api/${path}`, options);
  const body = await response.json();
  if (!response.ok) throw new Error(body.problem);
  return body;
}

function useAnswer(path) {
  const [answer, setAnswer] = useState({});
  useEffect(() => {
    ask(path).then((value) => setAnswer({ value }), (error) => setAnswer({ problem: error.message }));
  }, [path]);
  return [answer, (value) => setAnswer({ value })];
}

function Goods() {
  const [{ value = [] }] = useAnswer('goods');
  return (
    <ul>
      {value.map(({ id, name }) => (
        <li key={id}>
          <Link href={`/goods/${id}`} id={`open-${id}`}>{name}</Link>
        </li>
      ))}
    </ul>
  );
}

function Good({ id }) {
  const [{ value, problem }, set] = useAnswer(`goods/${id}`);
  if (problem) return <p class="problem">{problem}</p>;
  if (!value) return <p>...</p>;
  const halve = async () => {
    const body = JSON.stringify({ price: value.price / 2 });
    set(await ask(`goods/${id}`, { method: 'PUT', body }));
  };
  return (
    <p>
      {value.name} costs {value.price}
      <button id="halve" onClick={halve}>sale</button>
      <Link href="/" id="back">back</Link>
    </p>
  );
}

/** Loaded when it is asked for: a module of its own. */
function About() {
  const [text, setText] = useState('...');
  useEffect(() => {
    import('./about.js').then(({ about }) => setText(about));
  }, []);
  return <p id="about-text">{text}</p>;
}

render(
  <main>
    <Link href="/about" id="about">about</Link>
    <Switch>
      <Route path="/" component={Goods} />
      <Route path="/about" component={About} />
      <Route path="/goods/:id">{({ id }) => <Good id={id} />}</Route>
      <Route>nothing here</Route>
    </Switch>
  </main>,
  document.getElementById('root'),
);
