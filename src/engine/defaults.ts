/** Tokens a model is opened with where nobody says, if it was trained for so many and memory has room: a long conversation, or a long file. */
export const maxDefaultContextLength = 16_384;
/** Tokens it is opened with whatever the memory; one that is in memory with so many serves everybody who asks for no number. */
export const minContextLength = 4096;
