// Verifies a request that the app signed, with Atlassian's JavaScript library.
// Standard input is JSON: {method, url, base, token, secret}. It prints "ok", or
// fails.
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';

const require = createRequire(new URL('../../static/package.json', import.meta.url));
const jwt = require('@atlassian/atlassian-jwt');

const { method, url, base, token, secret } = JSON.parse(readFileSync(0, 'utf8'));
const claims = jwt.decodeSymmetric(token, secret, jwt.SymmetricAlgorithm.HS256);
const qsh = jwt.createQueryStringHash(jwt.fromMethodAndUrl(method, url), false, base);
if (claims.qsh !== qsh) {
  throw new Error(`qsh is ${claims.qsh}, want ${qsh}`);
}
console.log('ok');
