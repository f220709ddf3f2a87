/** Why pip failed, in luci's words. What pip prints may hold addresses with names and passwords, and anything an index answers. */

/** A reason that may be shown. */
export interface PipFailure {
  readonly code: 'NETWORK_FAILED' | 'SOURCE_BROKEN' | 'DISK_FULL';
  readonly reason: string;
}

/** The first pattern that pip's last words match decides. */
const reasons: readonly (readonly [pattern: RegExp, reason: string])[] = [
  [/No module named pip\b/, 'this Python has no pip'],
  [/\b(401|403)\b.*(Error|Unauthorized|Forbidden)|Unauthorized|Forbidden|User for .*:/i, 'the index does not let pip in'],
  [/CERTIFICATE_VERIFY_FAILED|SSLError|certificate verify failed/i, 'the certificate of the index is not accepted'],
  [/ProxyError|Tunnel connection failed|Cannot connect to proxy/i, 'the proxy does not let pip through'],
  [/Name or service not known|getaddrinfo failed|name resolution|nodename nor servname/i, 'the index cannot be found (name not found)'],
  [/Connection refused|Errno 111/i, 'the index cannot be reached (connection refused)'],
  [/timed? ?out/i, 'the index does not answer in time'],
  [
    /Connection (aborted|reset|broken)|IncompleteRead|Max retries exceeded|NewConnectionError|ConnectionError/i,
    'the connection to the index broke off',
  ],
  [/\b5\d\d\b.*Server Error/i, 'the index has a fault of its own'],
  [/Could not find a version|No matching distribution/i, 'the index has no such version for this machine'],
];

/** The reason of a failed run. */
export function pipFailure(stderr: string): PipFailure {
  if (/No space left on device|Errno 28\b/i.test(stderr)) return { code: 'DISK_FULL', reason: 'the disk is full' };
  if (/\bis invalid\b|BadZipFile|invalid wheel|DO NOT MATCH THE HASHES|inconsistent (name|version|metadata)/i.test(stderr))
    return { code: 'SOURCE_BROKEN', reason: 'what the index serves is no whole wheel of it' };
  const found = reasons.find(([pattern]) => pattern.test(stderr));
  return { code: 'NETWORK_FAILED', reason: found?.[1] ?? 'pip gave up; the command below shows what it says' };
}
