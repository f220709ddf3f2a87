import * as v from 'valibot';
import { turnSchema } from '../../app/chat-files.ts';
import type { ServeContext } from '../context.ts';
import type { Checked } from '../route.ts';
import type { ChatAnswer, ChatsAnswer } from './wire.ts';

/** Kept chats for the page. They are somebody's: reading them needs what changing needs. */

/** The part of a path that names a chat: `/luci/chats/ID`, `/luci/chats/ID/answers/…`. */
export function chatIdOf(path: string): string {
  return path.slice('/luci/chats/'.length).replace(/\/answers(\/.*)?$/, '');
}

/** GET /luci/chats?q=words */
export async function listChats({ chats }: ServeContext, request: Request): Promise<Response> {
  const answer: ChatsAnswer = { chats: await chats.list(new URL(request.url).searchParams.get('q') ?? '') };
  return Response.json(answer);
}

/** GET /luci/chats/ID */
export async function readChat({ chats, answers }: ServeContext, path: string): Promise<Response> {
  const id = chatIdOf(path);
  // Asked first: an answer that ends meanwhile is in both, never in none.
  const answering = (await answers.underWay(id)) ?? null;
  const answer: ChatAnswer = { ...(await chats.read(id)), answering };
  return Response.json(answer);
}

export const beginSchema = v.object({
  title: v.optional(v.pipe(v.string(), v.minLength(1), v.maxLength(200))),
  turns: v.optional(v.array(turnSchema)),
});

/** POST /luci/chats: begins one; with turns it is a copy of another, or brought from elsewhere. */
export async function beginChat({ chats }: ServeContext, { turns, title }: Checked<typeof beginSchema>): Promise<Response> {
  return Response.json({ id: await chats.begin(turns, title) }, { status: 201 });
}

export const renameSchema = v.object({ title: v.pipe(v.string(), v.minLength(1), v.maxLength(200)) });

/** POST /luci/chats/ID: gives it another title. */
export async function renameChat(
  { chats }: ServeContext,
  { title }: Checked<typeof renameSchema>,
  _: Request,
  path: string,
): Promise<Response> {
  await chats.rename(chatIdOf(path), title);
  return Response.json({});
}

/** DELETE /luci/chats/ID */
export async function removeChat({ chats, answers }: ServeContext, path: string): Promise<Response> {
  const id = chatIdOf(path);
  await chats.remove(id);
  await answers.forgetAll(id);
  return Response.json({});
}
