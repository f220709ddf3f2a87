/** What the chat is made of, in one piece, so that it is loaded when a chat begins and not before. */

export { untilModel } from './before-model.ts';
export { runChatCommand } from './chat-commands.ts';
export { replyItself } from './exact-replies.ts';
export { openOutsideTools } from './outside-tools.ts';
export { openPrompt } from './prompt.ts';
