/** Why a connection failed, in words. */

const descriptions: Readonly<Record<string, string>> = {
  ENOTFOUND: 'name not found',
  EAI_AGAIN: 'name not found',
  ENODATA: 'name not found',
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed by the other side',
  EPIPE: 'connection closed by the other side',
  ENETUNREACH: 'network not reachable',
  EHOSTUNREACH: 'host not reachable',
  ENETDOWN: 'the network is down',
  ETIMEDOUT: 'no answer',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted (set NODE_EXTRA_CA_CERTS)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted (set NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted (set NODE_EXTRA_CA_CERTS)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not trusted (set NODE_EXTRA_CA_CERTS)',
};

/** The reason of a failed connection; the system's own message is not shown, it may hold addresses with secrets. */
export function describeConnectionError(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { code, seconds, status } = (first ?? {}) as { code?: string; seconds?: number; status?: number };
  if (code === 'CONNECT_TIMEOUT') return `no answer within ${seconds} s`;
  if (code === 'HEAD_TIMEOUT') return `no whole answer head within ${seconds} s`;
  if (code === 'IDLE_TIMEOUT') return `silent for ${seconds} s`;
  if (code === 'PROXY_REFUSED') return status === 407 ? 'the proxy wants a name and a password' : `the proxy answered ${status}`;
  return descriptions[code ?? ''] ?? `connection failed${code ? ` (${code})` : ''}`;
}
