import { createTRPCClient } from '@trpc/client';
import superjson from 'superjson';
import { ipcLink } from 'trpc-electron/renderer';
import type { Router } from './router';

const trpc = createTRPCClient<Router>({ links: [ipcLink({ transformer: superjson })] });
const element = (id: string) => document.getElementById(id) as HTMLInputElement;
const tell = (error: Error) => {
  element('problem').textContent = error.message;
};

trpc.added.subscribe(undefined, {
  onStarted: () => {
    document.title = 'Posts, listening';
  },
  onData: (post) => {
    element('told').textContent = `told of post ${post.id}`;
  },
  onError: tell,
});

element('add').onclick = async () => {
  try {
    await trpc.add.mutate({ title: element('title').value });
    const posts = await trpc.list.query();
    element('posts').textContent = posts.map(({ title, at }) => `${title} of ${at.getUTCFullYear()}`).join(', ');
  } catch (error) {
    tell(error as Error);
  }
};
element('missing').onclick = () => trpc.byId.query(9).then(() => {}, tell);
