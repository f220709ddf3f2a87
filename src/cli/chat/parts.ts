/** What the chat is made of, in one piece, so that it is loaded when a chat begins and not before. */

export { openOutsideTools } from '../outside-tools.ts';
export { untilModel } from './before-model.ts';
export { completeLine } from './complete-line.ts';
export { replyItself } from './exact-replies.ts';
export { openLineHistory } from './line-history.ts';
export { createPermissions } from './permissions.ts';
export { openPrompt } from './prompt.ts';
export { resumeChat } from './resume-chat.ts';
export { showAnswer } from './show-answer.ts';
export { takeLines } from './take-lines.ts';
