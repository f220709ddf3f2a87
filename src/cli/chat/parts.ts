/** What the chat is made of, in one piece, so that it is loaded when a chat begins and not before. */

export { requireAnyModel } from '../install-models.ts';
export { runChatCommand } from './chat-commands.ts';
export { localAnswer } from './local-answers.ts';
export { openOutsideTools } from './outside-tools.ts';
export { openPrompt } from './prompt.ts';
