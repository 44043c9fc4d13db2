import { EventEmitter, on } from 'node:events';
import { initTRPC, TRPCError } from '@trpc/server';
import superjson from 'superjson';
import { z } from 'zod';

const t = initTRPC.create({ isServer: true, transformer: superjson });
const changes = new EventEmitter();
const posts = new Map<number, { id: number; title: string; at: Date }>();

export const router = t.router({
  list: t.procedure.query(() => [...posts.values()]),
  byId: t.procedure.input(z.number()).query(({ input }) => {
    const post = posts.get(input);
    if (!post) throw new TRPCError({ code: 'NOT_FOUND', message: `there is no post ${input}` });
    return post;
  }),
  add: t.procedure.input(z.object({ title: z.string().min(3) })).mutation(({ input }) => {
    const post = { id: posts.size + 1, title: input.title, at: new Date(0) };
    posts.set(post.id, post);
    changes.emit('added', post);
    return post;
  }),
  added: t.procedure.subscription(async function* ({ signal }) {
    for await (const [post] of on(changes, 'added', { signal })) yield post as { id: number; title: string };
  }),
});

export type Router = typeof router;
