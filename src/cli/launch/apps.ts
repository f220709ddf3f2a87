/** Programs that can work with luci's server, and what each needs for it, by its own documentation. */

/** What they are told. */
export interface Endpoint {
  /** As in `http://127.0.0.1:5824`. */
  readonly url: string;
  readonly model: string;
  /** Tokens the model is served with. */
  readonly contextLength: number;
}

/** A program. Its settings are JSON that luci can write, or text that the user puts where it belongs. */
export interface LaunchApp {
  /** As it is typed. */
  readonly name: string;
  readonly title: string;
  /** Where its settings are, below the user's folder where it begins with `~`, or what has to be done there. */
  readonly place: string;
  readonly settings: (endpoint: Endpoint) => string | JsonObject;
  /** What is done then. */
  readonly start: string;
}

export type JsonObject = { readonly [key: string]: unknown };

/** Clients want a key; luci at this machine's own address wants none. */
const anyKey = 'luci';

export const apps: readonly LaunchApp[] = [
  {
    name: 'claude-code',
    title: 'Claude Code',
    place: '~/.claude/settings.json',
    settings: ({ url, model }) => ({
      env: {
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: anyKey,
        ANTHROPIC_MODEL: model,
        ANTHROPIC_DEFAULT_OPUS_MODEL: model,
        ANTHROPIC_DEFAULT_SONNET_MODEL: model,
        ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
      },
    }),
    start: 'claude',
  },
  {
    name: 'opencode',
    title: 'OpenCode',
    place: '~/.config/opencode/opencode.json',
    settings: ({ url, model, contextLength }) => ({
      $schema: 'https://opencode.ai/config.json',
      provider: {
        luci: {
          npm: '@ai-sdk/openai-compatible',
          name: 'luci',
          options: { baseURL: `${url}/v1`, apiKey: anyKey },
          // Without a limit it asks for answers of no tokens.
          models: { [model]: { name: model, limit: { context: contextLength, output: Math.floor(contextLength / 4) } } },
        },
      },
    }),
    start: 'opencode, then /models',
  },
  {
    name: 'codex',
    title: 'Codex',
    place: '~/.codex/config.toml, the first three lines above every table',
    settings: ({ url, model }) =>
      [
        `model = ${JSON.stringify(model)}`,
        'model_provider = "luci"',
        'web_search = "disabled"',
        '',
        '[model_providers.luci]',
        'name = "luci"',
        `base_url = ${JSON.stringify(`${url}/v1`)}`,
        'wire_api = "responses"',
      ].join('\n'),
    start: 'codex',
  },
  {
    name: 'continue',
    title: 'Continue',
    place: '~/.continue/config.yaml',
    settings: ({ url, model, contextLength }) =>
      [
        'name: luci',
        'version: 0.0.1',
        'schema: v1',
        'models:',
        `  - name: ${JSON.stringify(model)}`,
        '    provider: openai',
        `    model: ${JSON.stringify(model)}`,
        `    apiBase: ${url}/v1`,
        `    apiKey: ${anyKey}`,
        '    roles: [chat, edit, apply]',
        '    defaultCompletionOptions:',
        `      contextLength: ${contextLength}`,
      ].join('\n'),
    start: 'choose the model in the chat of Continue',
  },
  {
    name: 'vscode',
    title: 'VS Code',
    place: 'the file that "Chat: Open Language Models (JSON)" opens, one more entry of its list',
    settings: ({ url, model, contextLength }) =>
      JSON.stringify(
        [
          {
            name: 'luci',
            vendor: 'customendpoint',
            apiKey: anyKey,
            apiType: 'chat-completions',
            models: [
              {
                id: model,
                name: model,
                url: `${url}/v1/chat/completions`,
                toolCalling: true,
                vision: false,
                maxInputTokens: contextLength - Math.floor(contextLength / 4),
                maxOutputTokens: Math.floor(contextLength / 4),
              },
            ],
          },
        ],
        undefined,
        2,
      ),
    start: 'choose the model in the chat',
  },
  {
    name: 'open-webui',
    title: 'Open WebUI',
    place: 'the environment of its server',
    settings: ({ url }) => `OPENAI_API_BASE_URL=${url}/v1\nOPENAI_API_KEY=${anyKey}`,
    start: 'open-webui serve',
  },
  {
    name: 'llm',
    title: 'llm',
    place: 'extra-openai-models.yaml in the folder that is told by: dirname "$(llm logs path)"',
    settings: ({ url, model }) =>
      [`- model_id: ${JSON.stringify(`luci-${model}`)}`, `  model_name: ${JSON.stringify(model)}`, `  api_base: "${url}/v1"`].join('\n'),
    start: 'llm -m luci-MODEL "…"',
  },
  {
    name: 'langchain',
    title: 'LangChain (Python)',
    place: 'your program, with the package langchain-openai',
    settings: ({ url, model }) =>
      [
        'from langchain_openai import ChatOpenAI',
        '',
        `model = ChatOpenAI(base_url="${url}/v1", api_key="${anyKey}", model=${JSON.stringify(model)})`,
        'print(model.invoke("Name the capital of France.").content)',
      ].join('\n'),
    start: 'run it',
  },
];
