// Computes qsh.json with Atlassian's own JavaScript library, the oracle:
//
//	node connect/testdata/vectors.mjs > connect/testdata/qsh.json
//
// A vector is a request, its canonical form and hash, and a token for it signed
// with HS256.
import { createRequire } from 'node:module';

const require = createRequire(new URL('../../static/package.json', import.meta.url));
const jwt = require('@atlassian/atlassian-jwt');

const secret = 'a secret with ümlauts and 32 bytes or more';
const iat = 1_800_000_000;

const macro = '/macro/labels?contentId=98437&contentType=page&contentVersion=3&spaceId=65&spaceKey=~admin&macroId=5b1e' +
  '&output=display&prefix=team-&display=chips&xdm_e=https%3A%2F%2Facme.atlassian.net&xdm_c=channel-labelup__x' +
  '&cp=%2Fwiki&xdm_deprecated_addon_key_do_not_use=labelup&lic=active&cv=1001.0.0-SNAPSHOT';

const requests = [
  ['a macro as Confluence calls it', 'GET', macro],
  ['a macro with an empty parameter', 'GET', '/macro/labels?prefix=&display=&contentId='],
  ['a macro under a base path', 'GET', '/connect' + macro, '/connect'],
  ['installed', 'POST', '/installed'],
  ['installed with a query', 'POST', '/installed?user_key=5b10ac8d82e05b22cc7d4ef5'],
  ['installed under a base path', 'POST', '/connect/installed', '/connect'],
  ['nothing but the base path', 'GET', '/connect', '/connect'],
  ['the base path and a slash', 'GET', '/connect/', '/connect'],
  ['a base path inside a name', 'GET', '/connection/x', '/connect'],
  ['a base path that occurs later', 'GET', '/x/connect/y', '/connect'],
  ['the root', 'GET', '/'],
  ['two slashes at the end', 'GET', '/a//'],
  ['two slashes inside', 'GET', '/a//b'],
  ['a method in lower case', 'put', '/a'],
  ['an ampersand in the path', 'GET', '/a&b/c&d?x=1'],
  ['an escaped ampersand in the path', 'GET', '/a%26b?x=1'],
  ['an escape in the path in lower case', 'GET', '/%c3%a9?x=1'],
  ['a fragment', 'GET', '/a?x=1#y=2'],
  ['a question mark in the query', 'GET', '/a?x=1?y=2'],
  ['an equals sign in a value', 'GET', '/a?x=1=2=='],
  ['no value and no equals sign', 'GET', '/a?x&y=&z'],
  ['empty pairs', 'GET', '/a?&&x=1&&y=2&'],
  ['only separators', 'GET', '/a?&&&'],
  ['a semicolon', 'GET', '/a?x=1;y=2&z=3'],
  ['plus, escaped plus, space', 'GET', '/a?x=a+b&y=a%2Bb&z=a%20b'],
  ['broken escapes', 'GET', '/a?x=100%&y=%2&z=%zz&w=%%41'],
  ['escapes in lower case', 'GET', '/a?x=%c3%a9&y=%2f'],
  ['needless escapes', 'GET', '/a?%78=%41%2D%2E%5F%7E'],
  ['every reserved character', 'GET', "/a?x=:/@!$'()*,[]{}|^`%22%3C%3E%5C%23%25"],
  ['a jwt parameter', 'GET', '/a?b=1&jwt=x.y.z&a=2'],
  ['several jwt parameters', 'GET', '/a?jwt=1&b=1&jwt=2&a=2&jwt='],
  ['an escaped jwt parameter', 'GET', '/a?%6Awt=1&b=1'],
  ['nothing but a jwt parameter', 'GET', '/a?jwt=1'],
  ['JWT in upper case stays', 'GET', '/a?JWT=1&jwt=2'],
  ['one key, many values', 'GET', '/a?x=b&x=a&x=B&x=A&x=10&x=9&x=&x=a'],
  ['values that differ once escaped', 'GET', '/a?x=a%20b&x=a-b&x=a.b&x=a!b'],
  ['commas in values and between them', 'GET', '/a?x=1,2&x=3'],
  ['upper case before lower case', 'GET', '/a?b=1&B=2&a=3&A=4&_=5&1=6'],
  ['a key that begins another', 'GET', '/a?ab=1&a=2&abc=3'],
  ['brackets are text', 'GET', '/a?x[]=2&x[]=1&x[y]=3'],
  ['letters beyond ASCII', 'GET', '/a?t%C3%A4g=gr%C3%BCn&%E6%97%A5=%E6%9C%AC'],
  ['surrogate pairs sort before U+FFFD', 'GET', '/a?x=%EF%BF%BD&x=%F0%9F%98%80&x=%ED%9F%BF'],
  ['keys with surrogate pairs', 'GET', '/a?%EF%BF%BD=1&%F0%9F%98%80=2&%EE%80%80=3'],
  ['a path of a REST call', 'GET', '/wiki/rest/api/content/123/label?limit=200&prefix=global', '/wiki'],
  ['a delete with a name in the query', 'DELETE', '/wiki/rest/api/content/123/label?name=b%C3%BCcher', '/wiki'],
  ['v2 with a cursor', 'GET', '/wiki/api/v2/pages/123/labels?cursor=eyJpZCI6IjEifQ%3D%3D&limit=250', '/wiki'],
];

const vectors = requests.map(([name, method, url, base = '']) => {
  const request = jwt.fromMethodAndUrl(method, url);
  const qsh = jwt.createQueryStringHash(request, false, base);
  const claims = { iss: 'oracle', iat, exp: iat + 900, qsh };
  return {
    name, method, url, base,
    canonical: jwt.createCanonicalRequest(jwt.fromMethodAndUrl(method, url), false, base),
    qsh,
    token: jwt.encodeSymmetric(claims, secret, jwt.SymmetricAlgorithm.HS256),
  };
});

console.log(JSON.stringify({ secret, iat, vectors }, null, 1));
