import type { Defect, Passing } from './flawed-server.ts';

/** Things that servers get wrong, one switch each. */

type Json = Record<string, unknown>;

const chatPath = '/v1/chat/completions';

/** Changes the body of an answer that is JSON, where it has what is changed. */
const inBody =
  (path: string, change: (body: Json) => void, when: (passing: Passing) => boolean = ({ status }) => status === 200) =>
  (passing: Passing): void => {
    if (!passing.path.startsWith(path) || !passing.type.startsWith('application/json') || !when(passing)) return;
    const body = JSON.parse(passing.text) as Json;
    change(body);
    passing.text = JSON.stringify(body);
  };

/** Changes the events of a stream; undefined leaves one out. */
const inEvents =
  (path: string, change: (event: Json, index: number) => Json | undefined) =>
  (passing: Passing): void => {
    if (!passing.path.startsWith(path) || !passing.type.startsWith('text/event-stream')) return;
    let index = -1;
    const events = passing.text.split('\n\n').map((event) => {
      if (!event.includes('data: {')) return event;
      index += 1;
      const [before = '', data = ''] = event.split('data: ');
      const changed = change(JSON.parse(data) as Json, index);
      return changed === undefined ? undefined : `${before}data: ${JSON.stringify(changed)}`;
    });
    passing.text = events.filter((event) => event !== undefined).join('\n\n');
  };

interface Choice extends Json {
  delta: Json & { tool_calls?: (Json & { function: Json })[] };
  message: Json & { tool_calls?: (Json & { function: Json })[] };
}
const choicesIn = (body: Json): Choice[] => (body['choices'] ?? []) as Choice[];
const eachChoice = (change: (choice: Choice) => void) => (body: Json) => {
  for (const choice of choicesIn(body)) change(choice);
  return body;
};
const eachCall = (change: (call: Json & { function: Json }) => void) =>
  eachChoice(({ message, delta }) => {
    for (const call of (message ?? delta)?.tool_calls ?? []) change(call);
  });
const isRefused = ({ status }: Passing): boolean => status >= 400;
const without = (asked: Json, ...names: string[]): Json =>
  Object.fromEntries(Object.entries(asked).filter(([name]) => !names.includes(name)));
const errorIn = (body: Json): Json => body['error'] as Json;

export const defects: Readonly<Record<string, Defect>> = {
  'models list without object': { found: 'openai.models.object', say: inBody('/v1/models', (body) => delete body['object']) },
  'models without the context they are served with': {
    found: 'openai.models.context',
    say: inBody('/v1/models', (body) => {
      for (const model of (body['data'] ?? []) as Json[]) {
        delete model['context_length'];
        delete model['meta'];
      }
    }),
  },
  'no id in an answer': { found: 'openai.chat.head', say: inBody(chatPath, (body) => delete body['id']) },
  'index missing in a choice': {
    found: 'openai.chat.index',
    also: ['openai.chat.n'],
    say: inBody(
      chatPath,
      eachChoice((choice) => delete choice['index']),
    ),
  },
  'usage missing': { found: 'openai.chat.usage', say: inBody(chatPath, (body) => delete body['usage']) },
  'negative usage': {
    found: 'openai.chat.usage',
    say: inBody(chatPath, (body) => {
      body['usage'] = { prompt_tokens: 5, completion_tokens: -1, total_tokens: 4 };
    }),
  },
  'usage that does not add up': {
    found: 'openai.chat.usage',
    say: inBody(chatPath, (body) => {
      (body['usage'] as Json)['total_tokens'] = 1;
    }),
  },
  'an end nobody knows the word for': {
    found: 'openai.chat.finish',
    say: inBody(
      chatPath,
      eachChoice((choice) => {
        if (choice['finish_reason'] === 'stop') choice['finish_reason'] = 'eos';
      }),
    ),
  },
  'an answer cut by the limit says stop': {
    found: 'openai.chat.max-tokens',
    say: inBody(
      chatPath,
      eachChoice((choice) => {
        if (choice['finish_reason'] === 'length') choice['finish_reason'] = 'stop';
      }),
      ({ asked }) => asked['max_tokens'] === 1,
    ),
  },
  'thinking in the content': {
    found: 'openai.chat.thinking',
    say: inBody(
      chatPath,
      eachChoice(({ message }) => {
        message['content'] = `<think>Hm.</think>${message['content']}`;
      }),
      ({ asked }) => asked['max_tokens'] === 24 && !asked['tools'] && !asked['stop'],
    ),
  },
  'stop ignored': { found: 'openai.chat.stop', ask: (asked) => without(asked, 'stop') },
  'n ignored': { found: 'openai.chat.n', ask: (asked) => without(asked, 'n') },
  'parts of content not read': {
    found: 'openai.chat.parts',
    say(passing) {
      const [message] = (passing.asked['messages'] ?? []) as Json[];
      if (passing.path !== chatPath || !Array.isArray(message?.['content'])) return;
      passing.status = 400;
      passing.text = JSON.stringify({ error: { message: 'content must be a string', type: 'invalid_request_error' } });
    },
  },
  'json_object is not JSON': {
    found: 'openai.json.object',
    ask: (asked) =>
      (asked['response_format'] as Json | undefined)?.['type'] === 'json_object' ? without(asked, 'response_format') : asked,
  },
  'schemas ignored': {
    found: 'openai.json.schema',
    ask: (asked, path) => (path === chatPath && !asked['tools'] && !asked['stream'] ? without(asked, 'response_format') : asked),
    also: ['openai.json.object'],
  },
  'embeddings base64 ignored': { found: 'openai.embeddings.base64', ask: (asked) => without(asked, 'encoding_format') },
  'content type of a stream wrong': {
    found: 'openai.stream.type',
    say: (passing) => {
      if (passing.path === chatPath && passing.type.startsWith('text/event-stream')) passing.type = 'application/json';
    },
  },
  'lines end with CR and LF': {
    found: 'openai.stream.lines',
    say: (passing) => {
      if (passing.path === chatPath && passing.asked['stream']) passing.text = passing.text.replaceAll('\n', '\r\n');
    },
  },
  'missing [DONE]': {
    found: 'openai.stream.done',
    say: (passing) => {
      passing.text = passing.text.replace('data: [DONE]\n\n', '');
    },
  },
  'another id in each chunk': {
    found: 'openai.stream.head',
    say: inEvents(chatPath, (event, index) => ({ ...event, id: `chatcmpl-${index}` })),
  },
  'index missing in chunks': {
    found: 'openai.stream.index',
    say: inEvents(
      chatPath,
      eachChoice((choice) => delete choice['index']),
    ),
  },
  'role missing in the first chunk': {
    found: 'openai.stream.role',
    say: inEvents(
      chatPath,
      eachChoice(({ delta }) => delete delta['role']),
    ),
  },
  'finish_reason absent until the last chunk': {
    found: 'openai.stream.finish-null',
    say: inEvents(
      chatPath,
      eachChoice((choice) => {
        if (choice['finish_reason'] === null) delete choice['finish_reason'];
      }),
    ),
  },
  'no end of a stream is said': {
    found: 'openai.stream.finish',
    also: ['openai.tools.stream-finish'],
    say: inEvents(
      chatPath,
      eachChoice((choice) => {
        choice['finish_reason'] = null;
      }),
    ),
  },
  'usage in every stream': {
    found: 'openai.stream.usage-unasked',
    say: (passing) => {
      if (passing.path === chatPath && passing.asked['stream'] && !passing.asked['stream_options'])
        passing.text = passing.text.replace(
          'data: [DONE]',
          `data: ${JSON.stringify({ ...(JSON.parse(/data: (\{.*)/.exec(passing.text)?.[1] ?? '{}') as Json), choices: [], usage: {} })}\n\ndata: [DONE]`,
        );
    },
  },
  'include_usage ignored': { found: 'openai.stream.usage', ask: (asked) => without(asked, 'stream_options') },
  'half characters': {
    found: 'openai.stream.characters',
    say: (passing) => {
      if (passing.path === chatPath && passing.asked['stream']) passing.text = passing.text.replaceAll('😀', '\ufffd\ufffd');
    },
  },
  'tool_call for tool_calls': {
    found: 'openai.tools.required',
    also: ['openai.tools.named', 'openai.tools.with-format'],
    say: inBody(
      chatPath,
      eachChoice(({ message }) => {
        if (!message.tool_calls) return;
        message['tool_call'] = message.tool_calls;
        delete message.tool_calls;
      }),
    ),
  },
  'tool arguments not a string': {
    found: 'openai.tools.arguments',
    say: inBody(
      chatPath,
      eachCall((call) => {
        call.function['arguments'] = JSON.parse(String(call.function['arguments']));
      }),
    ),
  },
  'finish_reason stop beside calls': {
    found: 'openai.tools.finish',
    say: inBody(
      chatPath,
      eachChoice((choice) => {
        choice['finish_reason'] = 'stop';
      }),
      ({ asked }) => asked['tools'] !== undefined,
    ),
  },
  'tool_choice none ignored': {
    found: 'openai.tools.none',
    ask: (asked) => (asked['tool_choice'] === 'none' ? { ...asked, tool_choice: 'required', max_tokens: 120 } : asked),
  },
  'tool_choice of a function ignored': {
    found: 'openai.tools.named',
    ask: (asked, path) =>
      path === chatPath && typeof asked['tool_choice'] === 'object'
        ? { ...asked, tool_choice: 'required', tools: (asked['tools'] as Json[]).slice(0, 1) }
        : asked,
  },
  'two calls where one was asked for': {
    found: 'openai.tools.one',
    say: inBody(
      chatPath,
      eachChoice(({ message }) => {
        message.tool_calls = [...(message.tool_calls ?? []), ...(message.tool_calls ?? [])];
      }),
      ({ asked }) => asked['parallel_tool_calls'] === false,
    ),
  },
  'tools dropped beside a format': {
    found: 'openai.tools.with-format',
    ask: (asked) => (asked['tools'] && asked['response_format'] ? without(asked, 'tools', 'tool_choice') : asked),
  },
  'tools dropped in streams': {
    found: 'openai.tools.stream-kept',
    ask: (asked, path) => (path === chatPath && asked['stream'] ? without(asked, 'tools', 'tool_choice') : asked),
  },
  'index missing in pieces of calls': {
    found: 'openai.tools.stream-index',
    say: inEvents(
      chatPath,
      eachCall((call) => delete call['index']),
    ),
  },
  'type and id missing in pieces of calls': {
    found: 'openai.tools.stream-first',
    say: inEvents(
      chatPath,
      eachCall((call) => {
        delete call['id'];
        delete call['type'];
      }),
    ),
  },
  'error body not the protocol’s': {
    found: 'openai.error.shape',
    also: ['openai.model.code', 'openai.overflow.code'],
    say: (passing) => {
      if (passing.path !== chatPath || passing.status < 400) return;
      passing.text = JSON.stringify({ detail: errorIn(JSON.parse(passing.text) as Json)['message'] });
    },
  },
  '200 with an error inside': {
    found: 'openai.error.value',
    also: ['openai.error.no-json', 'openai.model.unknown', 'openai.model.unknown-stream', 'openai.overflow.told', 'openai.overflow.stream'],
    say: (passing) => {
      if (passing.path === chatPath) passing.status = 200;
    },
  },
  'unknown model not 404': {
    found: 'openai.model.unknown',
    also: ['openai.model.code'],
    say: (passing) => {
      if (passing.path === chatPath && passing.status === 404) {
        passing.status = 500;
        passing.text = JSON.stringify({ error: { message: 'no such model', type: 'server_error' } });
      }
    },
  },
  'a stream that cannot begin is a 200': {
    found: 'openai.model.unknown-stream',
    also: ['openai.overflow.stream'],
    say: (passing) => {
      if (passing.path === chatPath && passing.asked['stream'] && passing.status >= 400) passing.status = 200;
    },
  },
  'overflow without code': {
    found: 'openai.overflow.code',
    say: inBody(
      chatPath,
      (body) => {
        const error = errorIn(body);
        if (error['code'] !== 'context_length_exceeded') return;
        error['code'] = null;
        error['type'] = 'invalid_request_error';
      },
      isRefused,
    ),
  },
  'overflow in words of its own': {
    found: 'openai.overflow.words',
    say: inBody(
      chatPath,
      (body) => {
        const error = errorIn(body);
        if (error['code'] === 'context_length_exceeded') error['message'] = 'The request is invalid.';
      },
      isRefused,
    ),
  },
  'what does not fit is cut in silence': {
    found: 'openai.overflow.told',
    also: ['openai.overflow.stream'],
    ask: (asked, path) => {
      const [message] = (asked['messages'] ?? []) as Json[];
      const isLong = path === chatPath && String(message?.['content']).length > 1000;
      return isLong ? { ...asked, messages: [{ role: 'user', content: 'one' }] } : asked;
    },
  },
  'Ollama: an object where an error should be': {
    found: 'ollama.error.shape',
    say: inBody(
      '/api/',
      (body) => {
        body['error'] = { message: body['error'] };
      },
      isRefused,
    ),
  },
  'Ollama: every line is done': {
    found: 'ollama.stream.done',
    say: (passing) => {
      if (passing.path === '/api/chat') passing.text = passing.text.replaceAll('"done":false', '"done":true');
    },
  },
  'Ollama: no counts': { found: 'ollama.chat.counts', say: inBody('/api/chat', (body) => delete body['eval_count']) },
  'Ollama: no context of a model': { found: 'ollama.show.context', say: inBody('/api/show', (body) => delete body['model_info']) },
  'Anthropic: events without names': {
    found: 'anthropic.stream.names',
    say: (passing) => {
      if (passing.path === '/v1/messages') passing.text = passing.text.replace(/^event: .*\n/gm, '');
    },
  },
  'Anthropic: no message_stop': {
    found: 'anthropic.stream.order',
    say: inEvents('/v1/messages', (event) => (event['type'] === 'message_stop' ? undefined : event)),
  },
  'Anthropic: input of a call is a text': {
    found: 'anthropic.tools.input',
    say: inBody('/v1/messages', (body) => {
      for (const block of (body['content'] ?? []) as Json[]) if (block['input']) block['input'] = JSON.stringify(block['input']);
    }),
  },
  'Anthropic: errors as OpenAI tells them': {
    found: 'anthropic.error.shape',
    say: inBody('/v1/messages', (body) => delete body['type'], isRefused),
  },
  'the server fails at a role it does not know': {
    found: 'openai.error.role',
    say: (passing) => {
      const [message] = (passing.asked['messages'] ?? []) as Json[];
      if (passing.path === chatPath && message?.['role'] === 'robot') passing.status = 500;
    },
  },
  'error is no JSON': {
    found: 'openai.error.json-type',
    say: (passing) => {
      if (passing.path === chatPath && passing.status >= 400) passing.type = 'text/plain';
    },
  },
};
