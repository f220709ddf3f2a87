/** What a chat template is given: conversations in the form that templates are written for. */

/** A message as templates know it. */
export interface TemplateMessage {
  readonly role: string;
  readonly content?: string | readonly TemplatePart[];
  readonly name?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly TemplateCall[];
}

/** A part of a message, for templates that want lists. */
export interface TemplatePart {
  readonly type: 'text';
  readonly text: string;
}

/** A call as templates know it; `arguments` is JSON text where the template wants text. */
export interface TemplateCall {
  readonly type: 'function';
  readonly id: string;
  readonly function: { readonly name: string; readonly arguments: string | Readonly<Record<string, unknown>> };
}

/** Everything that is rendered. */
export interface TemplateInput {
  readonly messages: readonly TemplateMessage[];
  readonly tools?: readonly unknown[];
  readonly thinking?: boolean | 'low' | 'high';
  /** Milliseconds since 1970, for templates that tell the date. */
  readonly nowMs: number;
  /** Whether the beginning of the answer follows. */
  readonly addGenerationPrompt: boolean;
}

/** What is known of the model a template belongs to. */
export interface TemplateTokens {
  readonly bosToken: string;
  readonly eosToken: string;
}
