import http from 'node:http';
import https from 'node:https';
import { isIP, type Socket } from 'node:net';
import tls from 'node:tls';
import { abortError } from '../base/abort.ts';
import { LuciError } from '../base/errors.ts';
import { withoutUndefined } from '../base/without-undefined.ts';
import { basicCredentials, proxyFor } from './addresses.ts';
import { describeConnectionError } from './describe-connection-error.ts';
import type { NetRequest, NetResponse, ProxySettings } from './net.ts';
import { headTimeoutOf, timeoutError } from './open-socket.ts';

/** One exchange over node:http or node:https, directly or through a proxy. Loaded when the first request is made. */

/**
 * State of this module, one for the whole process: connections that are kept for the next request to the same place. Idle ones do not
 * keep the process alive. Whoever has a `Net` shares them, so closing one net never closes them.
 */
const keptConnections = {
  'http:': new http.Agent({ keepAlive: true, maxFreeSockets: 16, timeout: 60_000 }),
  'https:': new https.Agent({ keepAlive: true, maxFreeSockets: 16, timeout: 60_000 }),
};

/** Sends a request; resolves with the head of the answer. Throws NETWORK_FAILED, or the signal's reason. */
export async function send(target: URL, request: NetRequest, proxy: ProxySettings, userAgent: string): Promise<NetResponse> {
  const { signal, connectTimeoutMs = 10_000 } = request;
  if (signal?.aborted) throw abortError(signal);
  const via = proxyFor(target, proxy);
  if (via && !/^https?:$/.test(via.protocol)) throw unknownProxy(via, target);
  const isTls = target.protocol === 'https:';
  try {
    const tunnel = via && isTls ? await connectTunnel(via, target, connectTimeoutMs, signal) : undefined;
    const sent = startRequest(target, request, { via, tunnel, userAgent });
    return await awaitHead(sent, request, isTls ? 'secureConnect' : 'connect');
  } catch (error) {
    throw signal?.aborted ? abortError(signal) : networkError(via ?? target, target, error);
  }
}

/** How a request travels. */
interface Way {
  readonly via: URL | undefined;
  readonly tunnel: Socket | undefined;
  readonly userAgent: string;
}

function startRequest(target: URL, { method = 'GET', headers, body }: NetRequest, { via, tunnel, userAgent }: Way): http.ClientRequest {
  const isTls = target.protocol === 'https:';
  // Of a plain address the proxy is told all of it, and the header which host is meant.
  const forwarder = isTls ? undefined : via;
  const peer = forwarder ?? target;
  // A connection of our own is only taken where no agent is named at all.
  const connection = tunnel
    ? { createConnection: () => openTls(tunnel, target) }
    : { agent: via ? false : keptConnections[isTls ? 'https:' : 'http:'] };
  return (peer.protocol === 'https:' ? https : http).request({
    protocol: peer.protocol,
    hostname: peer.hostname.replace(/^\[|\]$/g, ''),
    port: peer.port,
    path: forwarder ? target.href : target.pathname + target.search,
    method,
    ...connection,
    headers: withoutUndefined<string | number>({
      'User-Agent': userAgent,
      Host: forwarder ? target.host : undefined,
      'Proxy-Authorization': forwarder && basicCredentials(forwarder),
      Authorization: basicCredentials(target),
      ...headers,
      'Content-Length': body === undefined ? undefined : Buffer.byteLength(body),
    }),
  });
}

/** Sends the request off and waits for the head; the silence of the body is watched from then on. Rejects with what the system says. */
function awaitHead(sent: http.ClientRequest, request: NetRequest, connectedEvent: 'connect' | 'secureConnect'): Promise<NetResponse> {
  const { signal, connectTimeoutMs = 10_000, idleTimeoutMs = 15_000 } = request;
  const headTimeoutMs = connectTimeoutMs + headTimeoutOf({ idleTimeoutMs });
  return new Promise((resolve, reject) => {
    const stop = (): void => void sent.destroy(new Error('stopped'));
    const forget = (): void => signal?.removeEventListener('abort', stop);
    const clearTimers = (): void => [connecting, waiting].forEach(clearTimeout);
    const refuse = (error: unknown): void => {
      clearTimers();
      forget();
      sent.destroy();
      reject(error);
    };
    const connecting = setTimeout(() => refuse(timeoutError('CONNECT_TIMEOUT', connectTimeoutMs)), connectTimeoutMs);
    const waiting = setTimeout(() => refuse(timeoutError('HEAD_TIMEOUT', headTimeoutMs)), headTimeoutMs);
    let answered: http.IncomingMessage | undefined;
    const watchSilence = (): void => {
      sent.setTimeout(idleTimeoutMs, () => {
        // A body that we hold back (a slow disk, a limited rate) is not silent; the clock of a socket strikes only once.
        if (answered && answered.readableLength > 0) watchSilence();
        else sent.destroy(timeoutError('IDLE_TIMEOUT', idleTimeoutMs));
      });
    };
    const onConnected = (): void => {
      clearTimeout(connecting);
      watchSilence();
    };
    sent.on('socket', (socket) => (sent.reusedSocket ? onConnected() : socket.once(connectedEvent, onConnected)));
    sent.once('error', refuse);
    sent.once('response', (answer) => {
      clearTimers();
      answered = answer;
      sent.removeListener('error', refuse);
      sent.on('error', (error) => answer.destroy(error));
      answer.once('close', forget);
      const { statusCode = 0, headers } = answer;
      resolve({ status: statusCode, headers: flatHeaders(headers), setCookies: headers['set-cookie'], body: answer });
    });
    signal?.addEventListener('abort', stop, { once: true });
    sent.end(request.body);
  });
}

/** TLS with the target inside a tunnel. */
function openTls(tunnel: Socket, { hostname }: URL): Socket {
  const host = hostname.replace(/^\[|\]$/g, '');
  return tls.connect({ socket: tunnel, host, servername: isIP(host) === 0 ? host : undefined, ALPNProtocols: ['http/1.1'] });
}

/** A socket to the target's port through the proxy's CONNECT. */
function connectTunnel(via: URL, target: URL, timeoutMs: number, signal: AbortSignal | undefined): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const port = target.port || '443';
    const sent = (via.protocol === 'https:' ? https : http).request({
      host: via.hostname,
      port: via.port || (via.protocol === 'https:' ? 443 : 80),
      method: 'CONNECT',
      path: `${target.hostname}:${port}`,
      headers: { Host: `${target.hostname}:${port}`, ...proxyAuthorization(via) },
      agent: false,
      timeout: timeoutMs,
      signal,
    });
    sent.once('timeout', () => sent.destroy(timeoutError('CONNECT_TIMEOUT', timeoutMs)));
    sent.once('error', reject);
    sent.once('connect', (answer, socket) => {
      if (answer.statusCode === 200) return resolve(socket);
      socket.destroy();
      reject(Object.assign(new Error('refused'), { code: 'PROXY_REFUSED', status: answer.statusCode }));
    });
    sent.end();
  });
}

function unknownProxy(via: URL, target: URL): LuciError {
  return new LuciError(
    'NETWORK_FAILED',
    `The proxy ${via.host} on the way to ${target.host} is ${via.protocol}//; luci speaks to http:// only.`,
    {
      hint: 'Set HTTPS_PROXY to an http:// proxy, or add the host to NO_PROXY.',
      details: { host: target.host, reason: `a ${via.protocol}// proxy`, retryable: false },
    },
  );
}

function proxyAuthorization(via: URL): Record<string, string> {
  const credentials = basicCredentials(via);
  return credentials === undefined ? {} : { 'Proxy-Authorization': credentials };
}

/** A connection that failed, in words. */
export function networkError(reached: URL, target: URL, cause: unknown): LuciError {
  const words = describeConnectionError(cause);
  const place = reached === target ? target.host : `the proxy ${reached.host} on the way to ${target.host}`;
  return new LuciError('NETWORK_FAILED', `${place}: ${words}`, {
    hint: 'Behind a proxy? Set HTTPS_PROXY. A mirror of the hub? Set HF_ENDPOINT.',
    details: { host: target.host, reason: words, retryable: true },
  });
}

function flatHeaders(headers: http.IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}
