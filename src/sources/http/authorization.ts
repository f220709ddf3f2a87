import { headerSecret } from '../../base/header-text.ts';

/** The header that shows the hub's token; none without a token. Throws CONFIG_INVALID for a token that no header takes. */
export function hubAuthorization(token: string | undefined): string | undefined {
  return token ? `Bearer ${headerSecret(token, 'HF_TOKEN')}` : undefined;
}
