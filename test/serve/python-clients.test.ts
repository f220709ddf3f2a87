import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { apps } from '../../src/cli/launch/apps.ts';
import { tinyReply } from '../fixtures/gguf/tiny-gguf.ts';
import { findPythonClients } from '../fixtures/python-clients.ts';
import { type Script, scriptedSession } from '../fixtures/scripted-session.ts';
import { type Served, serveTiny } from './served.ts';

/** The clients of Python, unchanged, in an environment that `.ci/python-clients` makes. */

const programs = findPythonClients();
const withClients = test.skipIf(programs === undefined);

let served: Served | undefined;
afterEach(async () => {
  await served?.[Symbol.asyncDispose]();
  served = undefined;
});

/** What a program of Python prints, as JSON; BASE is the address of the server. */
async function python(program: string): Promise<unknown> {
  const lines = program.split('\n').map((line) => line.replace(/^ {4}/, ''));
  return JSON.parse(await run('python', ['-c', ['import json, os', 'BASE = os.environ["BASE"]', ...lines].join('\n')]));
}

function run(name: string, args: readonly string[], environment: Readonly<Record<string, string>> = {}): Promise<string> {
  const env = { ...process.env, BASE: served?.url, OPENAI_API_KEY: 'none', ...environment };
  return new Promise((resolve, reject) => {
    const child = execFile(join(programs ?? '', name), args, { env }, (error, stdout, stderr) =>
      error ? reject(new Error(stderr)) : resolve(stdout),
    );
    child.stdin?.end(); // llm reads it before it asks.
  });
}

/** A server whose model says what a script says. */
async function scripted(script: Script): Promise<void> {
  const session = scriptedSession(script, { tools: true });
  served = await serveTiny({ open: () => session });
}

const callThenText: Script = ({ messages }) =>
  messages.at(-1)?.role === 'tool' ? 'Rain.' : [{ id: 'c1', name: 'weather', arguments: { town: 'Oslo' } }];

withClients('openai: models, an answer as a whole and as a stream, vectors, and a model that is not there', async () => {
  served = await serveTiny();
  const said = await python(`
    import openai
    client = openai.OpenAI(base_url=BASE + "/v1", max_retries=0)
    ask = dict(model="tiny", messages=[{"role": "user", "content": "hi"}])
    whole = client.chat.completions.create(**ask)
    chunks = list(client.chat.completions.create(**ask, stream=True, stream_options={"include_usage": True}))
    try:
        client.chat.completions.create(model="llama3.2", messages=ask["messages"])
    except openai.NotFoundError as error:
        missing = error.code
    print(json.dumps({
        "models": [model.id for model in client.models.list()],
        "whole": whole.choices[0].message.content,
        "streamed": "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices),
        "tokens": [whole.usage.completion_tokens, chunks[-1].usage.completion_tokens],
        "vectors": len(client.embeddings.create(model="tiny", input=["a", "b"]).data),
        "response": client.responses.create(model="tiny", input="hi").output_text,
        "missing": missing,
    }))`);
  expect(said).toMatchObject({
    models: ['tiny'],
    whole: tinyReply,
    streamed: tinyReply,
    vectors: 2,
    response: tinyReply,
    missing: 'model_not_found',
  });
  const { tokens } = said as { tokens: number[] };
  expect(tokens[0]).toBe(tokens[1]);
});

withClients('openai: tools, whole and streamed', async () => {
  await scripted(callThenText);
  expect(
    await python(`
    import openai
    client = openai.OpenAI(base_url=BASE + "/v1", max_retries=0)
    schema = {"type": "object", "properties": {"town": {"type": "string"}}, "required": ["town"]}
    tools = [{"type": "function", "function": {"name": "weather", "description": "The weather", "parameters": schema}}]
    messages = [{"role": "user", "content": "What is the weather in Oslo?"}]
    choice = client.chat.completions.create(model="tiny", messages=messages, tools=tools).choices[0]
    with client.chat.completions.stream(model="tiny", messages=messages, tools=tools) as stream:
        streamed = stream.get_final_completion().choices[0]
    call = choice.message.tool_calls[0]
    messages += [choice.message, {"role": "tool", "tool_call_id": call.id, "content": "rain"}]
    print(json.dumps({
        "reasons": [choice.finish_reason, streamed.finish_reason],
        "calls": [[c.function.name, json.loads(c.function.arguments)] for c in [call, streamed.message.tool_calls[0]]],
        "answer": client.chat.completions.create(model="tiny", messages=messages, tools=tools).choices[0].message.content,
    }))`),
  ).toEqual({ reasons: ['tool_calls', 'tool_calls'], calls: Array(2).fill(['weather', { town: 'Oslo' }]), answer: 'Rain.' });
});

withClients('openai: an answer in the form of a class', async () => {
  await scripted(() => '{"town": "Oslo"}');
  expect(
    await python(`
    import openai, pydantic
    class Place(pydantic.BaseModel):
        town: str
    client = openai.OpenAI(base_url=BASE + "/v1", max_retries=0)
    answer = client.chat.completions.parse(model="tiny", messages=[{"role": "user", "content": "Where?"}], response_format=Place)
    print(json.dumps(answer.choices[0].message.parsed.town))`),
  ).toBe('Oslo');
});

withClients('ollama: lists, an answer as a whole and as a stream, vectors, and a model that is not there', async () => {
  served = await serveTiny();
  expect(
    await python(`
    import ollama
    client = ollama.Client(host=BASE)
    messages = [{"role": "user", "content": "hi"}]
    try:
        client.chat(model="llama3.2", messages=messages)
    except ollama.ResponseError as error:
        missing = error.status_code
    print(json.dumps({
        "models": [model.model for model in client.list().models],
        "whole": client.chat(model="tiny", messages=messages).message.content,
        "streamed": "".join(part.message.content for part in client.chat(model="tiny", messages=messages, stream=True)),
        "generated": client.generate(model="tiny", prompt="hi").response,
        "vectors": len(client.embed(model="tiny", input=["a", "b"]).embeddings),
        "context": client.show("tiny").modelinfo["llama.context_length"],
        "missing": missing,
    }))`),
  ).toMatchObject({
    models: ['tiny'],
    whole: tinyReply,
    streamed: tinyReply,
    generated: tinyReply,
    vectors: 2,
    context: 2048,
    missing: 404,
  });
});

withClients('ollama: a function of Python as a tool', async () => {
  await scripted(callThenText);
  expect(
    await python(`
    import ollama
    def weather(town: str) -> str:
        """The weather

        Args:
            town: a town
        """
        return "rain"
    client = ollama.Client(host=BASE)
    messages = [{"role": "user", "content": "What is the weather in Oslo?"}]
    answer = client.chat(model="tiny", messages=messages, tools=[weather])
    call = answer.message.tool_calls[0]
    messages += [answer.message, {"role": "tool", "content": weather(**call.function.arguments), "tool_name": call.function.name}]
    print(json.dumps([call.function.name, call.function.arguments, client.chat(model="tiny", messages=messages, tools=[weather]).message.content]))`),
  ).toEqual(['weather', { town: 'Oslo' }, 'Rain.']);
});

withClients('llm: with the settings that luci launch shows', async () => {
  served = await serveTiny();
  const folder = await mkdtemp(join(tmpdir(), 'luci llm '));
  const settings = apps.find(({ name }) => name === 'llm')?.settings({ url: served.url, model: 'tiny', contextLength: 2048 });
  await writeFile(join(folder, 'extra-openai-models.yaml'), String(settings));
  const environment = { LLM_USER_PATH: folder };
  expect((await run('llm', ['-m', 'luci-tiny', 'hi'], environment)).trim()).toBe(tinyReply);
  expect((await run('llm', ['-m', 'luci-tiny', '--no-stream', 'hi'], environment)).trim()).toBe(tinyReply);
  await rm(folder, { recursive: true });
});
