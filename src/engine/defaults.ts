/** Tokens a model is opened with where nobody says: enough for a long conversation, little enough for an old machine. */
export const defaultContextLength = 4096;
