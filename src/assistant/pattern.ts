/** The language that intents are written in: regular expressions of whole questions, with names for what comes again and again. */

const thisMachine = '(?:this|my|the) (?:computer|machine|pc|laptop|mac|system|host)';

/** Names in braces, as in `{ask}free memory{here}`. */
const names: Readonly<Record<string, string>> = {
  /** Before a word that stands for one thing here, as in `memory` and `show me the memory`. */
  ask: '(?:(?:tell me|show me|show|give me|say|check) )?(?:(?:the|my|our) )?',
  /** A question for this one: `what is the time`, never `what is time`, which asks for an explanation. */
  isThe: "(?:what is|what's|whats|do you know|which is) (?:the|my|our|this) ",
  machine: thisMachine,
  here: `(?: (?:here|on here|(?:on|of|in|for) ${thisMachine}))?`,
  models: '(?:language |ai |llm )?(?:models|llms)',
  model: '(?<model>[\\w./:-]*\\w)',
};

/** A pattern as an expression of a whole text, blind to case; a space stands for any blanks, ` ?` for some or none. */
export function compilePattern(pattern: string): RegExp {
  const written = pattern.replace(/\{([a-zA-Z]+)\}/g, (braces, name: string) => names[name] ?? braces);
  const spaced = written.replace(/ (\?)?/g, (_, optional?: string) => (optional === undefined ? '\\s+' : '\\s*'));
  return new RegExp(`^(?:${spaced})$`, 'iu');
}

const greeting = /^(?:(?:hey|hi|h[ea]llo|ok|okay|so|well)\b[, ]+)?(?:luci\b[,:]?\s+)?(?:please\b[, ]+)?/i;
const politeness =
  /^(?:can|could|would|will) you (?:please )?(?=(?:tell|show|give|say|check|convert|calculate|compute|list|install|remove|uninstall|download|enable|disable|read)\b)/i;
const ending = /(?:[,\s]+(?:please|(?:right )?now|currently|at the moment|thanks|thank you|for me)|,\s*luci)+$/i;

/** A question without what changes nothing of what is asked: greetings, politeness, the sign at its end. */
export function bareQuestion(text: string): string {
  const straight = text.replace(/[‘’]/g, "'").replace(/\s+/g, ' ');
  const signless = (part: string): string => part.replace(/[\s?!.]+$/, '');
  const begun = signless(straight).replace(greeting, '').replace(politeness, '');
  const bare = signless(begun.replace(ending, ''));
  return bare === '' ? straight.trim() : bare;
}
